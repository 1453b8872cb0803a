using System.Text.Json;

namespace Postern.Bench.Fleet;

/// <summary>The first line a process of the load run reads: where the gateway is. Secrets travel here, not on a command line.</summary>
internal sealed record FleetPlace(string Endpoint, string CaFile, string Region, string? AccessKeyId, string? SecretAccessKey, string SourceAddress);

/// <summary>A node as persons need it.</summary>
/// <param name="Id">mi-…</param>
/// <param name="EchoPort">Port at the node whose service sends back what it gets.</param>
internal sealed record FleetNode(string Id, int EchoPort);

/// <summary>What a process is told to do, a line each; it answers each with a <see cref="FleetAnswer"/>.</summary>
internal sealed record FleetCommand(string Verb)
{
    public int Count { get; init; }
    public int Rate { get; init; }
    public double Seconds { get; init; }
    public string? ActivationId { get; init; }
    public string? ActivationCode { get; init; }
    public IReadOnlyList<FleetNode> Nodes { get; init; } = [];

    public override string ToString() => $"FleetCommand({Verb})"; // never the code
}

internal sealed record FleetAnswer
{
    public int Done { get; init; }
    public int Failed { get; init; }
    public double Seconds { get; init; }
    /// <summary>Sessions that nodes or persons have.</summary>
    public int Sessions { get; init; }
    /// <summary>How often nodes have read or written something so far; of idle ones each is a ping or a pong.</summary>
    public long Traffic { get; init; }
    /// <summary>Why, each reason with how often: at most a few.</summary>
    public IReadOnlyDictionary<string, int> Reasons { get; init; } = new Dictionary<string, int>();
    public IReadOnlyList<FleetNode> Nodes { get; init; } = [];
    /// <summary>Milliseconds, one for each start, in no order.</summary>
    public IReadOnlyList<double> Latencies { get; init; } = [];
    /// <summary>The command itself could not be carried out.</summary>
    public string? Error { get; init; }
}

internal static class FleetWire
{
    public static string Write<T>(T value) => JsonSerializer.Serialize(value);

    public static T Read<T>(string line) => JsonSerializer.Deserialize<T>(line) ?? throw new InvalidDataException($"no {typeof(T).Name} in a line of {line.Length} characters");
}
