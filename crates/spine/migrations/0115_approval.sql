create table if not exists approval_rule (
  id @id primary key,
  command text not null,
  field text,
  amount_minor @int,
  currency text,
  branch_id @id references branch (id),
  region_id @id references region (id),
  maker_role text,
  checker text not null,
  hours @int not null,
  version @int not null default 1,
  updated_at @int not null
) @strict;
create table if not exists approval (
  id @id primary key,
  command_id @id not null unique,
  command text not null,
  payload text not null,
  digest @bytes not null,
  channel text not null,
  maker_id @id references staff (id),
  client_id @id,
  reason text not null,
  changes text not null,
  state text not null check (state in ('waiting', 'approved', 'declined', 'withdrawn', 'expired')),
  made_at @int not null,
  expires_at @int not null,
  decided_at @int,
  decided_by @id references staff (id),
  decided_for @id references staff (id),
  note text not null default ''
) @strict;
create index if not exists approval_due on approval (state, expires_at);
create index if not exists approval_made on approval (maker_id, made_at, id);
create index if not exists approval_state on approval (state, made_at, id);
create table if not exists approval_need (
  approval_id @id not null references approval (id),
  ordinal @int not null,
  permission text not null,
  branch_id @id,
  manager_id @id,
  primary key (approval_id, ordinal)
) @strict;
create table if not exists approval_record (
  record_id @id not null,
  approval_id @id not null references approval (id),
  primary key (record_id, approval_id)
) @strict;
create table if not exists staff_person (
  staff_id @id primary key references staff (id),
  number text not null
) @strict;
create index if not exists staff_person_number on staff_person (number);
