CREATE TABLE "users" ("id" serial PRIMARY KEY NOT NULL, "name" text NOT NULL, "meta" jsonb);
--> statement-breakpoint
CREATE INDEX "users_name" ON "users" ("name");
