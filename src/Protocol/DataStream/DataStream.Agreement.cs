using Postern.Protocol.Messages;

namespace Postern.Protocol.DataStream;

// What both ends agreed on in their handshake: docs/protocol/extensions.md. Nothing of it is used with stock ends.
public sealed partial class DataStream
{
    private volatile bool _takesNoDigest, _cumulativeAcks, _omitsDigest;
    private volatile bool _passesLarge, _windowGrows;
    /// <summary>0 as long as nothing was agreed.</summary>
    private int _maxPayload;

    /// <summary>
    /// Payload bytes put into one message; longer sends are split. What the handshake agreed on, kept between 1 and
    /// <see cref="DataStreamOptions.LargestPayload"/>; without an agreement what a stock end takes through the present gateway.
    /// </summary>
    public int MaxPayload
    {
        get => Volatile.Read(ref _maxPayload) is > 0 and var agreed ? agreed
            : _passesLarge ? DataStreamOptions.LargeStockPayload : DataStreamOptions.StockPayload;
        set => Volatile.Write(ref _maxPayload, Math.Clamp(value, 1, DataStreamOptions.LargestPayload));
    }

    /// <summary>
    /// What the peer may do from now on, and how it is acknowledged. Called before the peer can know of the agreement, so that nothing it
    /// does then is dropped.
    /// </summary>
    public void Expect(PosternOffer agreed)
    {
        _takesNoDigest = agreed.NoDigest;
        _cumulativeAcks = agreed.CumulativeAcks;
    }

    /// <summary>What this end may do from now on: the peer expects it.</summary>
    public void Use(PosternOffer agreed)
    {
        MaxPayload = agreed.MaxPayload;
        _omitsDigest = agreed.NoDigest;
        // In other sessions the peer keeps what its slow reader has not taken, in a place for no more than the first window.
        _windowGrows = agreed is { ExtendedMux: true, CumulativeAcks: true };
    }

    private bool IsIntact(ReadOnlySpan<byte> frame) =>
        (_takesNoDigest && AgentMessageCodec.OmitsDigest(frame)) || AgentMessageCodec.HasValidDigest(frame);
}
