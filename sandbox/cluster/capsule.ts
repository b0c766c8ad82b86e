import path from "node:path";

/** What runs in the capsule. */
export interface CapsuleSpec {
  /** An empty folder of the machine, over which the capsule mounts its own file system. */
  readonly stage: string;
  /** Folders that the servers read or write. Those below /run, /var/lib or /var/log, which the capsule replaces, are kept. */
  readonly keep: readonly string[];
  /** Put before the rest of PATH. */
  readonly path: readonly string[];
  readonly containerd: readonly string[];
  /** A command that ends once containerd serves. */
  readonly awaitContainerd: readonly string[];
  readonly kubelet: readonly string[];
}

/** The command that opens a capsule and runs a script in it. When it dies, however it dies, the kernel ends every process and mount inside. */
export const capsuleCommand = (script: string) =>
  ["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "--", "/bin/sh", script] as const;

/** Folders that the servers write into by names that can't be configured. */
const replaced = ["/run", "/var/lib", "/var/log"];

/** Kernel settings that the kubelet would change for the whole machine, and the values that it wants to find. */
const kernelSettings = {
  "kernel/keys/root_maxbytes": 25_000_000,
  "kernel/keys/root_maxkeys": 1_000_000,
  "kernel/panic": 10,
  "kernel/panic_on_oops": 1,
  "vm/overcommit_memory": 1,
  "vm/panic_on_oom": 0,
};

/** A word as the shell reads it. */
export const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** The folders of `keep` that lie in a replaced one, outermost first, none twice. */
export function keptFolders(keep: readonly string[]): string[] {
  const inside = (outer: string, inner: string) => inner === outer || inner.startsWith(`${outer}/`);
  const affected = [...new Set(keep.map((folder) => path.resolve(folder)))]
    .filter((folder) => replaced.some((outer) => inside(outer, folder)))
    .sort();
  return affected.filter((folder) => !affected.some((other) => other !== folder && inside(other, folder)));
}

/** The script of the capsule's first process: it takes its file system apart from the machine's, starts both servers and ends when one ends. */
export function capsuleScript(spec: CapsuleSpec): string {
  const stage = (folder: string) => quote(`${spec.stage}${folder}`);
  const command = (words: readonly string[]) => words.map(quote).join(" ");
  return `set -eu
mount -t proc proc /proc
mount -t tmpfs -o mode=0755 tmpfs ${quote(spec.stage)}
mkdir -p ${replaced.map(stage).join(" ")} ${stage("/sys")}
${keptFolders(spec.keep)
  .map((folder) => `mkdir -p ${stage(folder)}\nmount --rbind ${quote(folder)} ${stage(folder)}\n`)
  .join("")}${Object.entries(kernelSettings)
    .map(([name, value]) => {
      const file = stage(`/sys/${name.replaceAll("/", ".")}`);
      return `if [ -e /proc/sys/${name} ]; then echo ${String(value)} > ${file}; mount --bind ${file} /proc/sys/${name}; fi\n`;
    })
    .join("")}${replaced.map((folder) => `mount --rbind ${stage(folder)} ${folder}\n`).join("")}
PATH=${spec.path.map((folder) => `${quote(folder)}:`).join("")}"$PATH"
export PATH
trap 'exit 1' TERM
( ${command(spec.containerd)} || true; echo 'containerd has ended'; kill -TERM 1 ) &
${command(spec.awaitContainerd)}
( ${command(spec.kubelet)} || true; echo 'the kubelet has ended'; kill -TERM 1 ) &
wait
`;
}
