create table if not exists desk_theme (
  id @id primary key,
  parent_id @id references desk_theme (id),
  name text not null,
  name_en text not null,
  topic text not null default '',
  letter text not null,
  minutes @int not null,
  place @int not null,
  archived_at @int,
  version @int not null default 1
) @strict;
create table if not exists visit (
  id @id primary key,
  branch_id @id not null references branch (id),
  ticket text not null,
  state text not null check (state in ('waiting', 'serving', 'done', 'left')),
  person text not null default '',
  theme_id @id references desk_theme (id),
  client_id @id references client (id),
  identified_by text not null default '' check (identified_by in ('', 'document', 'card', 'phone', 'known')),
  identified_with text not null default '',
  identified_at @int,
  clerk_id @id references staff (id),
  arrived_at @int not null,
  called_at @int,
  ended_at @int,
  result text not null default '',
  note text not null default '',
  interaction_id @id references interaction (id)
) @strict;
create index if not exists visit_open on visit (branch_id, arrived_at, id) where state in ('waiting', 'serving');
create index if not exists visit_day on visit (branch_id, arrived_at, id);
create index if not exists visit_client on visit (client_id, arrived_at) where client_id is not null;
create table if not exists desk_operation (
  id @id primary key,
  branch_id @id not null references branch (id),
  visit_id @id references visit (id),
  client_id @id references client (id),
  kind text not null check (kind in
    ('cash_in', 'cash_out', 'transfer', 'payment', 'exchange', 'card', 'document')),
  currency text not null,
  amount_minor @int not null,
  reference text not null default '',
  note text not null default '',
  clerk_id @id not null references staff (id),
  at @int not null,
  reverses_id @id references desk_operation (id)
) @strict;
create index if not exists desk_operation_day on desk_operation (branch_id, at, id);
create index if not exists desk_operation_at on desk_operation (at, id);
create index if not exists desk_operation_visit on desk_operation (visit_id) where visit_id is not null;
create index if not exists desk_operation_client on desk_operation (client_id, at) where client_id is not null;
create unique index if not exists desk_operation_reversed on desk_operation (reverses_id) where reverses_id is not null;
create table if not exists client_regard (
  person_id @id not null references client (id),
  company_id @id not null references client (id),
  role text not null,
  company_name text not null,
  segment text not null,
  manager_id @id references staff (id),
  primary key (person_id, company_id, role)
) @clustered;
create index if not exists client_regard_company on client_regard (company_id);
