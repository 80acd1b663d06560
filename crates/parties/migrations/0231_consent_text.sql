create table if not exists consent_text (
  id @id primary key,
  purpose text not null,
  version text not null,
  text_ru text not null,
  text_en text not null default '',
  from_on text not null,
  until_on text,
  author_id @id,
  at @int not null
) @strict;
create unique index if not exists consent_text_version on consent_text (purpose, version);
alter table client_consent add column evidence_kind text not null default '';
alter table client_consent add column file_id @id;
alter table client_consent add column said_at @int not null default 0;
update client_consent set said_at = at where said_at = 0;
drop index if exists client_consent_client;
create index client_consent_said on client_consent (client_id, purpose, channel, said_at);
