-- Two accounts. All instants are UTC, as Chatwoot stores them; 01:00 is 09:00 in Shanghai.
INSERT INTO accounts VALUES (1, 'Shop A'), (2, 'Shop B');
INSERT INTO users (id, name, email) VALUES (101, 'Ana', 'ana@example.com'), (102, 'Ben', 'ben@example.com');
INSERT INTO account_users (account_id, user_id) VALUES (1, 101), (1, 102), (2, 102);
INSERT INTO inboxes VALUES (11, 1, 1, 'Website', 'Channel::WebWidget'), (21, 2, 2, 'Email', 'Channel::Email');

-- 1: greeting by template, a note and a failed reply that are no answers, answers after 10 s and 40 s, rated 5
INSERT INTO conversations (id, account_id, inbox_id, status, assignee_id, created_at, contact_id, display_id, last_activity_at, first_reply_created_at)
  VALUES (1, 1, 11, 1, 101, '2026-10-01 01:00:00', 501, 1, '2026-10-01 01:05:01', '2026-10-01 01:00:10');
INSERT INTO messages (id, account_id, conversation_id, message_type, created_at, content, sender_type, sender_id, private, status, content_type, content_attributes) VALUES
  (1, 1, 1, 0, '2026-10-01 01:00:00', 'hello', 'Contact', 501, false, 0, 0, '{}'),
  (2, 1, 1, 3, '2026-10-01 01:00:01', 'Welcome!', NULL, NULL, false, 0, 0, '""'),
  (3, 1, 1, 1, '2026-10-01 01:00:05', 'VIP, be quick', 'User', 101, true, 0, 0, '{}'),
  (4, 1, 1, 1, '2026-10-01 01:00:08', 'not delivered', 'User', 101, false, 3, 0, '{}'),
  (5, 1, 1, 1, '2026-10-01 01:00:10', 'Hi', 'User', 101, false, 1, 0, '"{}"'),
  (6, 1, 1, 0, '2026-10-01 01:01:00', E'two lines,\n"quoted"', 'Contact', 501, false, 0, 0, NULL),
  (7, 1, 1, 1, '2026-10-01 01:01:40', 'Sure', 'User', 101, false, NULL, 0, '{}'),
  (8, 1, 1, 2, '2026-10-01 01:05:00', 'Ana resolved', NULL, NULL, false, 0, 0, '{}'),
  (9, 1, 1, 3, '2026-10-01 01:05:01', 'Please rate', NULL, NULL, false, 0, 9, '{}');
INSERT INTO reporting_events (name, account_id, conversation_id, created_at, event_end_time)
  VALUES ('conversation_resolved', 1, 1, '2026-10-01 01:05:02', '2026-10-01 01:05:00.5');
INSERT INTO csat_survey_responses (account_id, conversation_id, message_id, rating, contact_id, assigned_agent_id, created_at)
  VALUES (1, 1, 9, 5, 501, 101, '2026-10-01 01:06:00.25');

-- 2: an automation rule answers first (its attributes a JSON text in JSON), Ben after 30 s; open
INSERT INTO conversations (id, account_id, inbox_id, status, assignee_id, created_at, contact_id, display_id, last_activity_at, first_reply_created_at)
  VALUES (2, 1, 11, 0, 102, '2026-10-01 02:00:00', 502, 2, '2026-10-01 02:00:30', '2026-10-01 02:00:30');
INSERT INTO messages (id, account_id, conversation_id, message_type, created_at, content, sender_type, sender_id, content_attributes) VALUES
  (10, 1, 2, 0, '2026-10-01 02:00:00', 'hello', 'Contact', 502, '{}'),
  (11, 1, 2, 1, '2026-10-01 02:00:02', 'We are on it', NULL, NULL, '"{\"automation_rule_id\":3}"'),
  (12, 1, 2, 1, '2026-10-01 02:00:30', 'Hi', 'User', 102, '{}');

-- 3: only the bot; nobody asked for a human. Resolved without an event: ends with its last activity
INSERT INTO conversations (id, account_id, inbox_id, status, created_at, contact_id, display_id, last_activity_at)
  VALUES (3, 1, 11, 1, '2026-10-01 03:00:00', 503, 3, '2026-10-01 03:20:00');
INSERT INTO messages (id, account_id, conversation_id, message_type, created_at, content, sender_type, sender_id) VALUES
  (13, 1, 3, 0, '2026-10-01 03:00:00', 'hours?', 'Contact', 503),
  (14, 1, 3, 1, '2026-10-01 03:00:01', '9 to 22', 'AgentBot', 4);

-- 4: the bot hands over after a minute; Ana answers what was said since after 15 s, the first message after 80 s
INSERT INTO conversations (id, account_id, inbox_id, status, assignee_id, created_at, contact_id, display_id, last_activity_at, first_reply_created_at)
  VALUES (4, 1, 11, 0, 101, '2026-10-01 04:00:00', 504, 4, '2026-10-01 04:01:20', '2026-10-01 04:01:20');
INSERT INTO messages (id, account_id, conversation_id, message_type, created_at, content, sender_type, sender_id) VALUES
  (15, 1, 4, 0, '2026-10-01 04:00:00', 'hello', 'Contact', 504),
  (16, 1, 4, 1, '2026-10-01 04:00:01', 'I am a bot', 'Captain::Assistant', 1),
  (17, 1, 4, 0, '2026-10-01 04:01:05', 'human!', 'Contact', 504),
  (18, 1, 4, 1, '2026-10-01 04:01:20', 'Here', 'User', 101);
INSERT INTO reporting_events (name, account_id, conversation_id, created_at, event_end_time)
  VALUES ('conversation_bot_handoff', 1, 4, '2026-10-01 04:01:00', '2026-10-01 04:01:00');

-- 5: begun by a campaign in Ana's name; answered from the phone's own app after 50 s
INSERT INTO conversations (id, account_id, inbox_id, status, assignee_id, created_at, contact_id, display_id, last_activity_at, campaign_id)
  VALUES (5, 1, 11, 0, NULL, '2026-10-01 05:00:00', 505, 5, '2026-10-01 05:10:50', 9);
INSERT INTO messages (id, account_id, conversation_id, message_type, created_at, content, sender_type, sender_id, content_attributes, additional_attributes) VALUES
  (19, 1, 5, 1, '2026-10-01 05:00:00', 'Sale!', 'User', 101, '{}', '{"campaign_id": 9}'),
  (20, 1, 5, 0, '2026-10-01 05:10:00', 'how much?', 'Contact', 505, '{}', '{}'),
  (21, 1, 5, 1, '2026-10-01 05:10:50', '10', NULL, NULL, '{"external_echo": true}', '{}');

-- 6: the other account, with the same display id as 1; never answered
INSERT INTO conversations (id, account_id, inbox_id, status, created_at, contact_id, display_id, last_activity_at)
  VALUES (6, 2, 21, 0, '2026-10-01 06:00:00', 601, 1, '2026-10-01 06:00:00');
INSERT INTO messages (id, account_id, conversation_id, message_type, created_at, content, sender_type, sender_id) VALUES
  (22, 2, 6, 0, '2026-10-01 06:00:00', '', 'Contact', 601);

-- 7: over in September. 8: holds the last message of all. 9: in November, too
INSERT INTO conversations (id, account_id, inbox_id, status, assignee_id, created_at, contact_id, display_id, last_activity_at, first_reply_created_at) VALUES
  (7, 1, 11, 1, 101, '2026-09-01 01:00:00', 501, 7, '2026-09-01 01:00:20', '2026-09-01 01:00:20'),
  (8, 1, 11, 0, 102, '2026-11-05 01:00:00', 502, 8, '2026-11-05 01:00:05', '2026-11-05 01:00:05'),
  (9, 1, 11, 1, 102, '2026-11-04 01:00:00', 502, 9, '2026-11-04 01:00:07', '2026-11-04 01:00:07');
INSERT INTO messages (id, account_id, conversation_id, message_type, created_at, content, sender_type, sender_id) VALUES
  (23, 1, 7, 0, '2026-09-01 01:00:00', 'hello', 'Contact', 501), (24, 1, 7, 1, '2026-09-01 01:00:20', 'Hi', 'User', 101),
  (25, 1, 8, 0, '2026-11-05 01:00:00', 'hello', 'Contact', 502), (26, 1, 8, 1, '2026-11-05 01:00:05', 'Hi', 'User', 102),
  (27, 1, 9, 0, '2026-11-04 01:00:00', 'hello', 'Contact', 502), (28, 1, 9, 1, '2026-11-04 01:00:07', 'Hi', 'User', 102);
