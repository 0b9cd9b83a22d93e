import { StackError } from "@modelstack/core/stack";

// Python's configparser.ConfigParser() as it is by default, since python-gitlab reads its files by that: sections are strict, keys are known in
// any case, values go on in lines that are indented, nothing is cut off as a comment after a value, and `%(key)s` stands for another value.
// https://docs.python.org/3/library/configparser.html. The libraries for INI files differ in most of that.

const DEFAULT = "DEFAULT";
const MAX_DEPTH = 10;

type Section = Map<string, string>;

/** What configuration files say, read one after the other: later ones win. */
export class Ini {
  readonly #sections = new Map<string, Section>([[DEFAULT, new Map()]]);

  /** @throws StackError FLAVOR_CONFIG_INVALID, naming file and line and not the line, which may hold a token */
  read(file: string, text: string): void {
    new Reading(file, this.#sections).read(text);
  }

  /** DEFAULT is none. */
  has(section: string): boolean {
    return section !== DEFAULT && this.#sections.has(section);
  }

  /**
   * A value of a section, or what DEFAULT has under its key.
   *
   * @throws StackError FLAVOR_CONFIG_INVALID where it names another that is not there
   */
  get(section: string, key: string): string | undefined {
    const own = this.#sections.get(section);
    if (own === undefined) return undefined;
    const values = new Map([...this.#sections.get(DEFAULT)!, ...own]);
    const value = values.get(key.toLowerCase());
    return value === undefined ? undefined : interpolated(value, values, `${section}, ${key}`, 1);
  }
}

/** A file that is being read: the section and the value that its lines belong to. */
class Reading {
  readonly #file: string;
  readonly #sections: Map<string, Section>;
  readonly #seenSections = new Set<string>();
  readonly #seenKeys = new Set<string>();
  #section: { readonly name: string; readonly values: Section } | undefined;
  #lines: string[] = [];
  #key: string | undefined;
  #indent = 0;
  #number = 0;

  constructor(file: string, sections: Map<string, Section>) {
    this.#file = file;
    this.#sections = sections;
  }

  read(text: string): void {
    for (const line of linesOf(text)) this.#line(line);
    this.#finish();
  }

  #line(line: string): void {
    this.#number++;
    const value = line.trim();
    const isComment = /^[#;]/.test(value);
    if (value === "" || isComment) {
      // An empty line may stand inside a value, and ends it no more than a comment does.
      if (!isComment && this.#key !== undefined) this.#lines.push("");
      return;
    }
    const indent = line.search(/\S/);
    if (this.#section !== undefined && this.#key !== undefined && indent > this.#indent) {
      this.#lines.push(value);
      return;
    }
    this.#indent = indent;
    const header = /^\[(.+)\]/.exec(value)?.[1];
    if (header !== undefined) this.#begin(header);
    else this.#option(value);
  }

  #begin(name: string): void {
    this.#finish();
    if (this.#seenSections.has(name) && name !== DEFAULT) throw this.#wrong(`the section [${name}] is there twice`);
    this.#seenSections.add(name);
    const values = this.#sections.get(name) ?? new Map<string, string>();
    this.#sections.set(name, values);
    this.#section = { name, values };
  }

  #option(line: string): void {
    if (this.#section === undefined) throw this.#wrong("it has no section above it, such as [global]");
    const at = line.search(/[=:]/);
    const key = line.slice(0, Math.max(0, at)).trim().toLowerCase();
    if (at < 0 || key === "") throw this.#wrong("it is neither [section] nor key = value");
    this.#finish();
    const identity = JSON.stringify([this.#section.name, key]);
    if (this.#seenKeys.has(identity)) throw this.#wrong(`${key} is there twice in [${this.#section.name}]`);
    this.#seenKeys.add(identity);
    this.#key = key;
    this.#lines = [line.slice(at + 1).trim()];
  }

  #finish(): void {
    if (this.#key !== undefined) this.#section!.values.set(this.#key, this.#lines.join("\n").trimEnd());
    this.#key = undefined;
  }

  #wrong(why: string): StackError {
    return new StackError("FLAVOR_CONFIG_INVALID", `${this.#file}, line ${this.#number}: ${why}.`, {
      location: { file: this.#file, line: this.#number },
      hint: "It is a configuration of python-gitlab: sections in brackets, and below them key = value.",
    });
  }
}

/** As Python reads a text file: a line ends with \n, \r\n or \r. */
const linesOf = (text: string) => text.split(/\r\n|\n|\r/);

function interpolated(value: string, values: Section, where: string, depth: number): string {
  if (depth > MAX_DEPTH) throw wrongValue(where, "names values that name each other");
  return value.replaceAll(/%(?:%|\(([^)]+)\)s|)/g, (found, name: string | undefined) => {
    if (found === "%%") return "%";
    if (name === undefined) throw wrongValue(where, 'has a "%" that means nothing; write "%%"');
    const named = values.get(name.toLowerCase());
    if (named === undefined) throw wrongValue(where, `names ${name}, which is not there`);
    return named.includes("%") ? interpolated(named, values, where, depth + 1) : named;
  });
}

function wrongValue(where: string, why: string): StackError {
  return new StackError("FLAVOR_CONFIG_INVALID", `The configuration of python-gitlab: ${where} ${why}.`, {
    hint: "Values of its files may name others as %(key)s.",
  });
}
