create table if not exists passkey (
  id @id primary key,
  staff_id @id not null references staff (id),
  credential_id @bytes not null unique,
  public_key @bytes not null,
  counter @int not null,
  name text not null,
  created_at @int not null,
  used_at @int
) @strict;
create index if not exists passkey_staff on passkey (staff_id);
create table if not exists passkey_challenge (
  challenge @bytes primary key,
  until @int not null
) @strict;
