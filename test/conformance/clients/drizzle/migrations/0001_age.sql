ALTER TABLE "users" ADD COLUMN "age" integer DEFAULT 3;
--> statement-breakpoint
UPDATE "users" SET "age" = 4 WHERE "name" = 'x';
