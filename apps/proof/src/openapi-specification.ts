/** As much of an OpenAPI 3.0 document as is read here. */
export type Specification = {
  paths: Record<string, Record<string, { responses: Record<string, unknown>; parameters?: { name: string }[] }>>
  components: { schemas: Record<string, unknown>; responses: Record<string, unknown> }
}
