export const CEILINGS_0002 = `
ALTER TABLE holds ADD COLUMN ceiling_json TEXT;
`
