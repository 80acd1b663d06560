create table if not exists client_secrecy (
  client_id @id primary key references client (id),
  level text not null check (level in ('restricted', 'secret'))
) @clustered;
