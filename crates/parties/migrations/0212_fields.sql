create table if not exists custom_object (
  id @id primary key,
  key text not null,
  spec text not null,
  author_id @id,
  created_at @int not null,
  updated_at @int not null,
  archived_at @int
) @strict;
create unique index if not exists custom_object_key on custom_object (key);
create table if not exists custom_field (
  id @id primary key,
  object text not null,
  key text not null,
  spec text not null,
  position @int not null,
  index_state text not null check (index_state in ('none', 'building', 'ready')),
  index_since @int not null default 0,
  author_id @id,
  created_at @int not null,
  updated_at @int not null,
  archived_at @int
) @strict;
create unique index if not exists custom_field_key on custom_field (object, key);
create table if not exists custom_walk (
  job_id @id primary key,
  field_id @id not null references custom_field (id),
  last_id @id not null,
  done @int not null,
  total @int not null,
  updated_at @int not null
) @strict;
create table if not exists client_custom (
  client_id @id primary key references client (id),
  doc text not null
) @strict;
create table if not exists custom_index (
  field_id @id not null,
  key @sorted not null,
  record_id @id not null,
  primary key (field_id, key, record_id)
) @clustered;
create index if not exists custom_index_record on custom_index (record_id, field_id);
create table if not exists custom_record (
  id @id primary key,
  object_id @id not null references custom_object (id),
  client_id @id references client (id),
  branch_id @id references branch (id),
  manager_id @id references staff (id),
  number text not null,
  title text not null,
  sort_title @sorted not null,
  doc text not null,
  author_id @id,
  created_at @int not null,
  updated_by @id,
  updated_at @int not null,
  version @int not null default 1,
  archived_at @int
) @strict;
create index if not exists custom_record_updated on custom_record (object_id, updated_at, id);
create index if not exists custom_record_title on custom_record (object_id, sort_title, id);
create index if not exists custom_record_client on custom_record (client_id, object_id, updated_at);
create index if not exists custom_record_number on custom_record (number);
create table if not exists custom_token (
  token @sorted not null,
  record_id @id not null references custom_record (id),
  primary key (token, record_id)
) @clustered;
create index if not exists custom_token_record on custom_token (record_id);
