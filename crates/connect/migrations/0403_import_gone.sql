create table if not exists import_gone (
  import_id @id primary key references import_run (id),
  at @int not null
) @strict;
