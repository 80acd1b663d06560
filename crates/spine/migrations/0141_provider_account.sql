create table if not exists provider_account (
  issuer text not null,
  subject text not null,
  staff_id @id not null unique references staff (id),
  since @int not null,
  primary key (issuer, subject)
) @strict;
