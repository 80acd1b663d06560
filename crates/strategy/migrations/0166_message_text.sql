create table if not exists message_text (
  id @id primary key,
  key text not null unique,
  -- sms, email, chat
  channel text not null,
  name text not null,
  name_en text not null,
  -- of an e-mail; empty in others
  subject text not null,
  subject_en text not null,
  -- with places such as {client}, which are filled in when it is used
  body text not null,
  body_en text not null,
  revision @int not null
) @strict;
