create table if not exists match_key (
  value @sorted not null,
  client_id @id not null references client (id),
  primary key (value, client_id)
) @clustered;
create index if not exists match_key_client on match_key (client_id);
create table if not exists name_share (
  token @sorted primary key,
  share_ppm @int not null
) @clustered;
create table if not exists client_pair (
  a_id @id not null references client (id),
  b_id @id not null references client (id),
  probability_ppm @int not null,
  decision text not null check (decision in ('auto_merge', 'clerical_review')),
  reasons text not null,
  state text not null check (state in ('open', 'not_same')),
  found_by text not null,
  found_at @int not null,
  decided_by @id references staff (id),
  decided_at @int,
  decided_why text not null default '',
  primary key (a_id, b_id),
  check (a_id < b_id)
) @clustered;
create index if not exists client_pair_state on client_pair (state, probability_ppm, a_id, b_id);
create index if not exists client_pair_b on client_pair (b_id);
create table if not exists match_walk (
  job_id @id primary key,
  phase text not null,
  cursor text not null,
  done @int not null,
  total @int not null,
  found @int not null,
  updated_at @int not null
) @strict;
