using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Postern.Bench.Servers;

namespace Postern.Bench.Micro;

/// <summary>`./dev bench micro`: single operations, with what they allocate.</summary>
internal static class MicroBenchmarks
{
    public static int Run(string[] args)
    {
        var artifacts = Path.Combine(Repository.Root, "out", "bench");
        // In this process: a generated project would not build under this tree's central package versions.
        var config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .WithArtifactsPath(artifacts);
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, config).ToList();
        var results = Directory.CreateDirectory(Path.Combine(Repository.Root, "bench", "results")).FullName;
        foreach (var summary in summaries)
            foreach (var file in Directory.GetFiles(summary.ResultsDirectoryPath, "*-report-github.md"))
                File.Copy(file, Path.Combine(results, $"micro-{Path.GetFileName(file).Split('-')[0].Split('.')[^1]}.md"), overwrite: true);
        return summaries.Count == 0 || summaries.Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0;
    }
}
