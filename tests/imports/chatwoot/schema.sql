-- The part of Chatwoot's db/schema.rb, version 2024_09_23_215335, that the mapping and its test use.
CREATE TABLE accounts (id serial PRIMARY KEY, name varchar NOT NULL);
CREATE TABLE users (id serial PRIMARY KEY, name varchar NOT NULL, email varchar,
  encrypted_password varchar NOT NULL DEFAULT '');
CREATE TABLE account_users (id bigserial PRIMARY KEY, account_id bigint, user_id bigint);
CREATE TABLE inboxes (id serial PRIMARY KEY, channel_id int NOT NULL, account_id int NOT NULL,
  name varchar NOT NULL, channel_type varchar);
CREATE TABLE conversations (id serial PRIMARY KEY, account_id int NOT NULL, inbox_id int NOT NULL,
  status int NOT NULL DEFAULT 0, assignee_id int, created_at timestamp NOT NULL, contact_id bigint,
  display_id int NOT NULL, last_activity_at timestamp NOT NULL DEFAULT now(), campaign_id bigint,
  first_reply_created_at timestamp, waiting_since timestamp(6));
CREATE TABLE messages (id serial PRIMARY KEY, content text, account_id int NOT NULL,
  conversation_id int NOT NULL, message_type int NOT NULL, created_at timestamp NOT NULL,
  private boolean NOT NULL DEFAULT false, status int DEFAULT 0, content_type int NOT NULL DEFAULT 0,
  content_attributes json DEFAULT '{}', sender_type varchar, sender_id bigint,
  additional_attributes jsonb DEFAULT '{}');
CREATE INDEX ON messages (conversation_id, account_id, message_type, created_at);
CREATE TABLE csat_survey_responses (id bigserial PRIMARY KEY, account_id bigint NOT NULL,
  conversation_id bigint NOT NULL, message_id bigint NOT NULL, rating int NOT NULL,
  feedback_message text, contact_id bigint NOT NULL, assigned_agent_id bigint,
  created_at timestamp(6) NOT NULL);
CREATE TABLE reporting_events (id bigserial PRIMARY KEY, name varchar, value float, account_id int,
  conversation_id int, created_at timestamp(6) NOT NULL, event_start_time timestamp,
  event_end_time timestamp);
