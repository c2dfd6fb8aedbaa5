/** `SLB_RUNS=50` takes 50 times as many rounds as the default test run (`npm run soak`). */
export const times: number = Number(process.env['SLB_RUNS'] ?? 1)
