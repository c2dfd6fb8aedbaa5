import type { Kernel } from './boot.ts'
export function qemuKernel(_say: (line: string) => void): Promise<Kernel> {
  return Promise.reject(new Error('not yet'))
}
