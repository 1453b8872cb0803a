using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions;

/// <summary>What a client can do, by its handshake.</summary>
internal sealed record ClientFeatures(bool IsOurs, int MaxPayload, bool Multiplexes, bool ExtendedMux)
{
    private static readonly int[] FirstMultiplexing = [1, 1, 70];

    /// <summary>Never more than was offered, whatever the client says it takes.</summary>
    public static ClientFeatures Of(HandshakeResponseContent response, PosternOffer offer)
    {
        if (response.Postern is not { } taken || taken.Version != offer.Version)
            return new ClientFeatures(false, DataStreamOptions.StockPayload, IsAtLeast(response.ClientVersion, FirstMultiplexing), false);
        var payload = Math.Clamp(taken.MaxPayload, DataStreamOptions.StockPayload, offer.MaxPayload);
        return new ClientFeatures(true, payload, true, taken.ExtendedMux && offer.ExtendedMux);
    }

    // Component by component; fewer components are the smaller version, and what is not a number is none.
    private static bool IsAtLeast(string? version, int[] wanted)
    {
        var parts = (version ?? "").Split('.');
        for (var i = 0; i < wanted.Length; i++)
        {
            if (i >= parts.Length || !int.TryParse(parts[i], out var part) || part < wanted[i])
                return false;
            if (part > wanted[i])
                return true;
        }
        return true;
    }
}
