create table if not exists secrecy_policy (
  id @id primary key,
  number @int unique,
  title text not null,
  text text not null,
  cases text not null,
  state text not null check (state in ('draft', 'tested', 'released', 'past')),
  base_number @int,
  made_by @id references staff (id),
  made_at @int not null,
  updated_at @int not null,
  released_by @id references staff (id),
  released_at @int,
  version @int not null default 1
) @strict;
create index if not exists secrecy_policy_state on secrecy_policy (state, number);
create table if not exists break_glass (
  id @id primary key,
  staff_id @id not null references staff (id),
  client_id @id not null,
  level text not null,
  reason_code text not null,
  reason text not null,
  at @int not null,
  until @int not null,
  ended_at @int,
  operation_id @id not null,
  review text not null default 'open' check (review in ('open', 'justified', 'unjustified')),
  reviewed_by @id references staff (id),
  reviewed_at @int,
  review_note text not null default ''
) @strict;
create index if not exists break_glass_at on break_glass (at, id);
create index if not exists break_glass_until on break_glass (until);
create index if not exists break_glass_client on break_glass (client_id, at);
