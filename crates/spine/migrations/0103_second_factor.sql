create table if not exists totp (
  staff_id @id primary key references staff (id),
  secret @bytes not null,
  last_step @int not null,
  created_at @int not null
) @strict;
create table if not exists recovery_code (
  staff_id @id not null references staff (id),
  code_hash @bytes not null,
  used_at @int,
  primary key (staff_id, code_hash)
) @strict;
create table if not exists role_second_factor (
  role_id @id primary key references role (id)
) @strict;
