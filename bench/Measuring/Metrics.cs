namespace Postern.Bench.Measuring;

/// <summary>Names of what is measured, as they stand in the results. Those that end in a slash are followed by the name of a part.</summary>
internal static class Metrics
{
    /// <summary>Millions of bytes a second.</summary>
    public const string BulkDown = "bulkDownMBps", BulkUp = "bulkUpMBps", BulkBoth = "bulkBothSumMBps", BulkBothDown = "bulkBothDownMBps", BulkBothUp = "bulkBothUpMBps";
    /// <summary>One byte there and back.</summary>
    public const string RoundTripP50 = "roundTripP50Us", RoundTripP99 = "roundTripP99Us";
    /// <summary>50 connections, 64 bytes there, 200 back.</summary>
    public const string Requests = "requestsPerSecond", RequestP50 = "requestP50Ms", RequestP99 = "requestP99Ms";
    /// <summary>From the start of the person's program.</summary>
    public const string PortOpen = "portOpenMs", FirstByte = "firstByteMs", Prompt = "promptMs";
    /// <summary>From the start of `postern terminate` by somebody else until the person's program had ended, and until the shell on the node was gone.</summary>
    public const string EndedForPerson = "terminateToClientEndedMs", EndedOnNode = "terminateToShellGoneMs";
    /// <summary>CPU seconds for a thousand million bytes.</summary>
    public const string CpuDown = "cpuDownSecondsPerGB/", CpuUp = "cpuUpSecondsPerGB/";
    /// <summary>Millions of bytes: before the first session; for one session more; after all load.</summary>
    public const string IdleRss = "idleRssMB/", IdlePss = "idlePssMB/", SessionRss = "sessionRssMB/", SessionPss = "sessionPssMB/", LoadedRss = "loadedRssMB/", LoadedPss = "loadedPssMB/";
    /// <summary>The part that is the person's program.</summary>
    public const string Client = "client";
}

/// <summary>What was measured of one column. Values are in the order in which they were taken.</summary>
internal sealed record ColumnResult(string Name, string Description)
{
    public SortedDictionary<string, List<double>> Samples { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Why it has no more samples.</summary>
    public string? Failure { get; set; }

    public void Add(string metric, double value)
    {
        if (!Samples.TryGetValue(metric, out var list))
            Samples[metric] = list = [];
        list.Add(value);
    }

    public double? Median(string metric) => Samples.GetValueOrDefault(metric) is { } samples ? Statistics.Median(samples) : null;
}
