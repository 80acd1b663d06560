create table if not exists command_log (
  id @id primary key,
  name text not null,
  actor_id @id,
  at @int not null,
  digest @bytes not null,
  result text not null
) @strict;
create index if not exists command_log_at on command_log (at);
create table if not exists region (
  id @id primary key,
  code text not null unique,
  name text not null,
  name_en text not null
) @strict;
create table if not exists branch (
  id @id primary key,
  region_id @id not null references region (id),
  code text not null unique,
  name text not null,
  name_en text not null,
  address text not null default '',
  zone text not null default 'Europe/Moscow',
  mode text not null default 'centralised' check (mode in ('centralised', 'distributed', 'autonomous')),
  archived_at @int
) @strict;
create table if not exists team (
  id @id primary key,
  branch_id @id references branch (id),
  name text not null,
  name_en text not null,
  archived_at @int
) @strict;
create table if not exists staff (
  id @id primary key,
  login text not null unique,
  name text not null,
  name_en text not null,
  email text not null default '',
  phone text not null default '',
  branch_id @id references branch (id),
  team_id @id references team (id),
  state text not null check (state in ('active', 'dismissed')),
  password_hash text,
  lang text not null default 'ru',
  theme text not null default 'auto',
  density text not null default 'compact',
  failures @int not null default 0,
  locked_until @int,
  created_at @int not null
) @strict;
create table if not exists role (
  id @id primary key,
  key text not null unique,
  name text not null,
  name_en text not null,
  built_in @int not null default 0
) @strict;
create table if not exists role_grant (
  role_id @id not null references role (id),
  permission text not null,
  scope text not null check (scope in ('own', 'team', 'branch', 'region', 'bank')),
  primary key (role_id, permission)
) @strict;
create table if not exists staff_role (
  staff_id @id not null references staff (id),
  role_id @id not null references role (id),
  primary key (staff_id, role_id)
) @strict;
create table if not exists absence (
  id @id primary key,
  staff_id @id not null references staff (id),
  deputy_id @id not null references staff (id),
  from_on text not null,
  until_on text not null,
  reason text not null default '',
  cancelled_at @int
) @strict;
create index if not exists absence_staff on absence (staff_id, until_on);
create table if not exists session (
  id @id primary key,
  token_hash @bytes not null unique,
  staff_id @id not null references staff (id),
  created_at @int not null,
  seen_at @int not null,
  expires_at @int not null,
  ended_at @int,
  address text not null default '',
  agent text not null default ''
) @strict;
create index if not exists session_staff on session (staff_id, ended_at);
create table if not exists api_token (
  id @id primary key,
  token_hash @bytes not null unique,
  name text not null,
  staff_id @id references staff (id),
  role_id @id not null references role (id),
  created_at @int not null,
  expires_at @int,
  revoked_at @int,
  used_at @int
) @strict;
create table if not exists saved_view (
  id @id primary key,
  page text not null,
  owner_id @id not null references staff (id),
  shared @int not null default 0,
  title text not null,
  query text not null,
  created_at @int not null
) @strict;
create index if not exists saved_view_page on saved_view (page, owner_id);
create table if not exists notice (
  id @id primary key,
  staff_id @id not null references staff (id),
  kind text not null,
  args text not null,
  href text not null default '',
  created_at @int not null,
  read_at @int
) @strict;
create index if not exists notice_unread on notice (staff_id, read_at, created_at);
create table if not exists external_ref (
  source text not null,
  kind text not null,
  external_id text not null,
  entity_id @id not null,
  digest @bytes not null,
  primary key (source, kind, external_id)
) @strict;
