create table if not exists project (
  id @id primary key,
  kind text not null check (kind in ('project', 'event')),
  title text not null,
  title_norm text not null,
  starts_on text not null,
  ends_on text,
  place text not null default '',
  about text not null default '',
  status text not null check (status in ('planned', 'running', 'finished', 'cancelled')),
  owner_id @id references staff (id),
  branch_id @id references branch (id),
  created_at @int not null,
  version @int not null default 1
) @strict;
create index if not exists project_starts on project (starts_on, id);
create table if not exists project_client (
  project_id @id not null references project (id),
  client_id @id not null references client (id),
  role text not null check (role in ('participant', 'speaker', 'partner', 'supplier', 'customer')),
  status text not null check (status in ('invited', 'registered', 'attended', 'declined')),
  added_at @int not null,
  primary key (project_id, client_id)
) @clustered;
create index if not exists project_client_client on project_client (client_id);
