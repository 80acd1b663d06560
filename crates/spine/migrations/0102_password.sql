create table if not exists temporary_password (
  staff_id @id primary key references staff (id),
  set_at @int not null
) @strict;
create table if not exists password_duty (
  session_id @id primary key references session (id)
) @strict;
