using System.Net;
using System.Net.Sockets;

namespace Postern.Server.Nodes;

/// <summary>
/// Counts failed attempts of strangers per source address and minute, so that trying codes costs the gateway neither database nor log. A
/// network of IPv6 (/64) counts as one address. Beyond <see cref="MaxSources"/> in one minute further addresses are not counted.
/// </summary>
internal sealed class FailedAttempts(TimeProvider time)
{
    /// <summary>Failures of one address in one minute; then it is refused unheard for the rest of it.</summary>
    public const int Limit = 30;
    public const int MaxSources = 4096;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private const int NetworkBytes = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private long _began = time.GetTimestamp();

    public bool IsExhausted(string source)
    {
        lock (_lock)
        {
            BeginWindow();
            return _counts.GetValueOrDefault(NetworkOf(source)) >= Limit;
        }
    }

    public void Add(string source)
    {
        lock (_lock)
        {
            BeginWindow();
            var network = NetworkOf(source);
            if (_counts.TryGetValue(network, out var count) || _counts.Count < MaxSources)
                _counts[network] = count + 1;
        }
    }

    // All addresses share the minute: nothing has to be kept of each but its count.
    private void BeginWindow()
    {
        if (time.GetElapsedTime(_began) < Window)
            return;
        _counts.Clear();
        _began = time.GetTimestamp();
    }

    private static string NetworkOf(string source)
        => IPAddress.TryParse(source, out var address) && address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes))
            : source;
}
