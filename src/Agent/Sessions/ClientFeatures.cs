using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions;

/// <summary>What a client can do, by its handshake.</summary>
/// <param name="Multiplexes">Many connections share a session.</param>
/// <param name="Agreed">What it takes of our offer, never more than that; null for a client of AWS's.</param>
internal sealed record ClientFeatures(bool Multiplexes, PosternOffer? Agreed)
{
    private static readonly int[] FirstMultiplexing = [1, 1, 70];

    public bool ExtendedMux => Agreed is { ExtendedMux: true };

    public static ClientFeatures Of(HandshakeResponseContent response, PosternOffer offer)
    {
        if (response.Postern is not { } taken || taken.Version != offer.Version)
            return new ClientFeatures(IsAtLeast(response.ClientVersion, FirstMultiplexing), null);
        return new ClientFeatures(true, new PosternOffer
        {
            MaxPayload = Math.Clamp(taken.MaxPayload, DataStreamOptions.StockPayload, offer.MaxPayload),
            ExtendedMux = taken.ExtendedMux && offer.ExtendedMux,
            ExitCode = taken.ExitCode && offer.ExitCode,
            NoDigest = taken.NoDigest && offer.NoDigest,
            CumulativeAcks = taken.CumulativeAcks && offer.CumulativeAcks,
        });
    }

    /// <summary>The stream goes on as agreed. The client does so after HandshakeComplete, which is still to come.</summary>
    public void ApplyTo(DataStream stream)
    {
        if (Agreed is null)
            return;
        stream.Expect(Agreed);
        stream.Use(Agreed);
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
