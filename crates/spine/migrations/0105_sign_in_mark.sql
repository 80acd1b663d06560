create table if not exists known_device (
  staff_id @id not null references staff (id),
  address text not null,
  device text not null,
  last_at @int not null,
  primary key (staff_id, address, device)
) @strict;
create table if not exists token_address (
  token_id @id not null references api_token (id),
  address text not null,
  primary key (token_id, address)
) @strict;
create table if not exists sign_in_mark (
  id @id primary key,
  at @int not null,
  kind text not null,
  staff_id @id references staff (id),
  token_id @id references api_token (id),
  address text not null,
  device text not null
) @strict;
create index if not exists sign_in_mark_at on sign_in_mark (at, id);
create index if not exists sign_in_mark_staff on sign_in_mark (staff_id, at);
