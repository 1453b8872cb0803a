using System.Net;
using System.Net.Sockets;

namespace Postern.Server.Iam;

/// <summary>
/// Counts refused signatures per minute, so that guessing costs the gateway nothing: of one key from one source, and of keys that nobody
/// knows from one source. Neither stops another source that uses the key, nor other keys of the same source. A network of IPv6 (/64) is one source.
/// </summary>
internal sealed class WrongSignatures(TimeProvider time)
{
    /// <summary>Refusals of one key from one source in a minute; further requests with it are refused unheard for the rest of it.</summary>
    public const int PerKey = 60;
    /// <summary>Requests with unknown keys from one source in a minute that the database is asked about.</summary>
    public const int UnknownPerSource = 300;
    /// <summary>What is counted in one minute; when there is more, it is not counted.</summary>
    public const int MaxEntries = 8192;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private const int NetworkBytes = 8;
    private const string Unknown = "";

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Source, string Key), int> _counts = [];
    private long _began = time.GetTimestamp();

    public bool IsExhausted(IPAddress? source, string accessKeyId) => CountOf(source, accessKeyId) >= PerKey;

    public bool IsExhaustedForUnknown(IPAddress? source) => CountOf(source, Unknown) >= UnknownPerSource;

    public void Add(IPAddress? source, string accessKeyId) => Count((NetworkOf(source), accessKeyId));

    public void AddUnknown(IPAddress? source) => Count((NetworkOf(source), Unknown));

    private int CountOf(IPAddress? source, string key)
    {
        lock (_lock)
        {
            BeginWindow();
            return _counts.Count == 0 ? 0 : _counts.GetValueOrDefault((NetworkOf(source), key));
        }
    }

    private void Count((string, string) entry)
    {
        lock (_lock)
        {
            BeginWindow();
            if (_counts.TryGetValue(entry, out var count) || _counts.Count < MaxEntries)
                _counts[entry] = count + 1;
        }
    }

    private void BeginWindow()
    {
        if (time.GetElapsedTime(_began) < Window)
            return;
        _counts.Clear();
        _began = time.GetTimestamp();
    }

    /// <summary>An address, or the /64 network that an IPv6 address belongs to.</summary>
    internal static string NetworkOf(IPAddress? source) => source switch
    {
        null => "",
        { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } => Convert.ToHexString(source.GetAddressBytes().AsSpan(0, NetworkBytes)),
        _ => source.ToString(),
    };
}
