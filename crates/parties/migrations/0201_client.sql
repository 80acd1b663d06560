create table if not exists client (
  id @id primary key,
  kind text not null check (kind in ('person', 'company', 'sole_trader', 'household', 'group')),
  number text not null,
  display_name text not null,
  sort_name @sorted not null,
  status text not null check (status in ('prospect', 'active', 'closed')),
  segment text not null check (segment in ('vip', 'premium', 'mass', 'sme', 'corporate')),
  branch_id @id references branch (id),
  manager_id @id references staff (id),
  preferred_channel text,
  last_name text,
  first_name text,
  patronymic text,
  former_name text,
  sex text check (sex in ('f', 'm')),
  birth_date text,
  birth_day text,
  birth_place text,
  citizenship text,
  marital text,
  dependants @int,
  employer text,
  job_title text,
  income_minor @int,
  income_currency text,
  full_name text,
  short_name text,
  foreign_name text,
  legal_form text,
  registered_on text,
  okved text,
  capital_minor @int,
  employees @int,
  public_person @int not null default 0,
  client_since text,
  verified_on text,
  note text,
  created_at @int not null,
  updated_at @int not null,
  version @int not null default 1
) @strict;
create index if not exists client_sort on client (sort_name, id);
create index if not exists client_branch_sort on client (branch_id, sort_name, id);
create index if not exists client_manager_sort on client (manager_id, sort_name, id);
create index if not exists client_created on client (created_at, id);
create index if not exists client_branch_created on client (branch_id, created_at, id);
create index if not exists client_updated on client (updated_at, id);
create index if not exists client_segment_sort on client (segment, sort_name, id);
create index if not exists client_birth_day on client (manager_id, birth_day);
create table if not exists client_role (
  client_id @id not null references client (id),
  role text not null check (role in ('client', 'prospect', 'supplier', 'partner', 'employee', 'agent')),
  since text not null,
  until text,
  primary key (client_id, role)
) @clustered;
create table if not exists field_origin (
  client_id @id not null references client (id),
  field text not null,
  source text not null,
  author_id @id,
  at @int not null,
  primary key (client_id, field)
) @clustered;
create table if not exists client_contact (
  id @id primary key,
  client_id @id not null references client (id),
  kind text not null check (kind in ('phone', 'email', 'messenger', 'social', 'site')),
  value text not null,
  raw text not null,
  label text not null default '',
  is_main @int not null default 0,
  source text not null,
  author_id @id,
  at @int not null,
  archived_at @int
) @strict;
create index if not exists client_contact_client on client_contact (client_id);
create table if not exists client_identifier (
  id @id primary key,
  client_id @id not null references client (id),
  kind text not null,
  value text not null,
  certainty text not null default 'valid',
  issued_on text,
  issued_by text not null default '',
  issuer_code text not null default '',
  valid_until text,
  is_main @int not null default 0,
  source text not null,
  author_id @id,
  at @int not null,
  archived_at @int
) @strict;
create index if not exists client_identifier_client on client_identifier (client_id);
create table if not exists client_address (
  id @id primary key,
  client_id @id not null references client (id),
  kind text not null check (kind in ('registration', 'residence', 'postal', 'legal', 'actual')),
  country text not null default '',
  region text not null default '',
  city text not null default '',
  street text not null default '',
  postal_code text not null default '',
  source text not null,
  author_id @id,
  at @int not null,
  archived_at @int
) @strict;
create index if not exists client_address_client on client_address (client_id);
create table if not exists client_date (
  id @id primary key,
  client_id @id not null references client (id),
  kind text not null,
  title text not null default '',
  on_date text not null,
  yearly @int not null default 0,
  author_id @id,
  at @int not null,
  archived_at @int
) @strict;
create index if not exists client_date_client on client_date (client_id, on_date);
create table if not exists client_consent (
  id @id primary key,
  client_id @id not null references client (id),
  purpose text not null,
  channel text not null,
  state text not null check (state in ('given', 'withdrawn')),
  text_version text not null default '',
  evidence text not null default '',
  at @int not null,
  author_id @id
) @strict;
create index if not exists client_consent_client on client_consent (client_id, purpose, channel, at);
create table if not exists client_link (
  id @id primary key,
  from_id @id not null references client (id),
  to_id @id not null references client (id),
  kind text not null,
  share_bp @int,
  since text,
  until text,
  note text not null default '',
  author_id @id,
  at @int not null,
  archived_at @int
) @strict;
create index if not exists client_link_from on client_link (from_id);
create index if not exists client_link_to on client_link (to_id);
create table if not exists client_file (
  id @id primary key,
  client_id @id not null references client (id),
  name text not null,
  mime text not null,
  size @int not null,
  hash @bytes not null,
  kind text not null default 'other',
  author_id @id,
  at @int not null,
  archived_at @int
) @strict;
create index if not exists client_file_client on client_file (client_id, at);
create table if not exists client_seen (
  client_id @id not null references client (id),
  staff_id @id not null references staff (id),
  at @int not null,
  primary key (client_id, staff_id)
) @strict;
create index if not exists client_seen_recent on client_seen (staff_id, at);
