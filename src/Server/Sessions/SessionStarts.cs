using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Settings;

namespace Postern.Server.Sessions;

/// <summary>
/// Bounds the session starts in progress: a start is, until both channels are open, several TLS handshakes, calls and writes. A gateway that began all
/// at once would finish none in time and need memory for all; here the others wait a moment, and are then told to come again, which AWS's CLI and SDKs do
/// by themselves. One principal that asks for everything gets a half (<see cref="FairPlaces{TKey}"/>).
/// </summary>
internal sealed class SessionStarts(ServerOptions options, SessionLimits limits, TimeProvider time)
{
    /// <summary>Waiting calls for each place. Each is a connection and its request; more would wait longer than they may.</summary>
    private const int WaitingPerPlace = 4;

    private readonly FairPlaces<string> _places = new(
        new PlaceLimits(options.StartsAtOnce, options.StartsAtOnce * WaitingPerPlace, limits.StartWait, limits.StartHold), time);

    /// <summary>Starts in progress.</summary>
    public int Count => _places.Taken;

    /// <summary>Waits for a place. Dispose it when the session has begun, or has ended before.</summary>
    /// <exception cref="AwsErrorException">ThrottlingException: there was none in time.</exception>
    public async Task<IDisposable> BeginAsync(Caller caller, CancellationToken cancellationToken)
        => await _places.TakeAsync(KeyOf(caller), cancellationToken) ?? throw new AwsErrorException("ThrottlingException",
            "The gateway is starting as many sessions as it can at the moment, or as many of yours as leave room for others. Try again in some seconds.",
            StatusCodes.Status400BadRequest);

    // Of a role's sessions all together: whoever may assume it can invent as many names for them as he likes.
    private static string KeyOf(Caller caller) => caller.Principal?.Id ?? caller.UserId;
}
