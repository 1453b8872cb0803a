using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Postern.Server.Api;

namespace Postern.Server.Hosting;

/// <summary>
/// Bounds the TLS handshakes in progress. When thousands of nodes come back at once, all their handshakes together would take longer than any of them
/// waits, and be begun again; so they are made some at a time, in turns by address, and the others wait without costing more than their connection.
/// </summary>
internal sealed class HandshakePlaces(TimeProvider time)
{
    /// <summary>For each processor. Most of a handshake's time is the way to the peer and back: at 200 ms these are 320 a second.</summary>
    public const int PerProcessor = 64;
    /// <summary>About what can be done in <see cref="LongestWait"/>; who comes while so many wait is cut off, and comes again.</summary>
    private const int MaxWaiting = 2048;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    /// <summary>A peer that takes longer may go on; it is not counted any more.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(3);
    /// <summary>A connection that says nothing takes no place, and is closed.</summary>
    private static readonly TimeSpan FirstBytes = TimeSpan.FromSeconds(10);

    private readonly FairPlaces<IPAddress> _places = new(new PlaceLimits(PerProcessor * Environment.ProcessorCount, MaxWaiting, LongestWait, LongestHold), time);

    /// <summary>In front of TLS: waits for the first bytes, then for a place.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        if (!await HasSpokenAsync(connection))
            return;
        var address = NetworkAddress.Of((connection.RemoteEndPoint as IPEndPoint)?.Address);
        using var place = await TakeAsync(address, connection.ConnectionClosed);
        if (place is null)
            return;
        connection.Features.Set(new Held(place));
        await next(connection);
    };

    /// <summary>Behind TLS: the handshake is over.</summary>
    public static ConnectionDelegate After(ConnectionDelegate next) => connection =>
    {
        connection.Features.Get<Held>()?.Place.Dispose();
        connection.Features.Set<Held>(null);
        return next(connection);
    };

    private async ValueTask<IDisposable?> TakeAsync(IPAddress address, CancellationToken closed)
    {
        try
        {
            return await _places.TakeAsync(address, closed);
        }
        catch (OperationCanceledException)
        {
            return null; // its peer has left
        }
    }

    private async ValueTask<bool> HasSpokenAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(FirstBytes, time);
        try
        {
            var first = await connection.Transport.Input.ReadAsync(limit.Token);
            connection.Transport.Input.AdvanceTo(first.Buffer.Start); // TLS reads it again
            return !first.Buffer.IsEmpty && !first.IsCanceled;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private sealed record Held(IDisposable Place);
}
