import { checkKeys, show, whole } from "./_check.ts";
import { Gfx11SimError } from "./errors.ts";

/** Waves that are counted apart, such as the producers of a pipeline. */
export interface WaveRole {
  /** Name in the report. */
  name: string;
  /** Numbers of waves in their workgroup, the second not included; roles must not share any. */
  waves: readonly [start: number, end: number];
}

/** Instructions that are counted apart, such as a loop. */
export interface CodeRole {
  /** Name in the report. */
  name: string;
  /** Addresses in the code object, the second not included; roles may overlap. */
  code: readonly [start: number | bigint, end: number | bigint];
}

/** A part of a kernel's work that is counted apart. */
export type Role = WaveRole | CodeRole;

/** A role as the addon takes it. */
export interface NativeRole {
  name: string;
  isCode: boolean;
  start: number;
  end: number;
}

/** Checks the form of every role. */
export function resolveRoles(roles: readonly Role[]): NativeRole[] {
  return roles.map((role) => {
    if (typeof role !== "object" || role === null || typeof role.name !== "string") {
      throw new Gfx11SimError("E_OPTION", `a role is ${show(role)}, but needs a name`);
    }
    checkKeys(`key of role '${role.name}'`, role, ["name", "code" in role ? "code" : "waves"]);
    const isCode = "code" in role;
    const range: unknown = isCode ? role.code : role.waves;
    if (!Array.isArray(range) || range.length !== 2) {
      const message = `role '${role.name}' needs waves or code: [start, end]`;
      throw new Gfx11SimError("E_OPTION", message);
    }
    const bound = (value: unknown): number =>
      whole(
        `role '${role.name}'`,
        typeof value === "bigint" ? Number(value) : value,
        0,
        2 ** 32 - 1,
      );
    return { name: role.name, isCode, start: bound(range[0]), end: bound(range[1]) };
  });
}
