using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Harper.Bench.Micro;

namespace Harper.Bench.Commands;

/// <summary>BenchmarkDotNet over the pieces: codecs, keys, conflict resolution, the commit path. In this process: nothing is built or restored for it.</summary>
internal static class MicroCommand
{
    public static int Execute(bool quick)
    {
        var job = (quick ? Job.ShortRun : Job.Default).WithToolchain(InProcessEmitToolchain.Instance);
        var config = DefaultConfig.Instance.AddJob(job).WithOptions(ConfigOptions.DisableOptimizationsValidator);
        var summaries = new[] { typeof(CodecBenchmarks), typeof(MergeBenchmarks), typeof(CommitBenchmarks) }.Select(type => BenchmarkRunner.Run(type, config)).ToList();
        return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
    }
}
