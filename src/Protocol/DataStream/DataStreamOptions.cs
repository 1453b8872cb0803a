namespace Postern.Protocol.DataStream;

/// <summary>Which end of a session this is: it decides the type of the stream messages sent and expected.</summary>
public enum StreamSide
{
    /// <summary>Sends output_stream_data, receives input_stream_data.</summary>
    Agent,
    /// <summary>Sends input_stream_data, receives output_stream_data.</summary>
    Client,
}

/// <summary>Limits and times of a data stream. Defaults are safe against stock peers.</summary>
public sealed record DataStreamOptions
{
    /// <summary>Payload bytes a stock end puts into one message, and all that AWS's own gateway is known to pass.</summary>
    public const int StockPayload = 1024;
    /// <summary>
    /// Payload bytes sent to a stock end through a gateway of ours. Stock ends read messages of any length and hand the payload on whole:
    /// docs/protocol/extensions.md. More would hardly be faster.
    /// </summary>
    public const int LargeStockPayload = 32 * 1024;
    /// <summary>WebSocket subprotocol of data channels that our ends ask for; a gateway that agrees passes messages up to <see cref="LargestFrame"/>.</summary>
    public const string LargeMessages = "postern.large";
    /// <summary>Largest message accepted, header included; a longer one ends the socket.</summary>
    public const int LargestFrame = 64 * 1024;
    /// <summary>Largest payload we ever offer or accept in one stream message.</summary>
    public const int LargestPayload = LargestFrame - Messages.AgentMessageHeader.Size;

    public StreamSide Side { get; init; }
    /// <summary>Unacknowledged bytes (headers included) a sender may have under way before SendAsync waits, at first and while idle.</summary>
    public int SendWindow { get; init; } = 4 * 1024 * 1024;
    /// <summary>What <see cref="SendWindow"/> may grow to on a long path, when the peer takes what it gets at once (the extended multiplexer).</summary>
    public int LargestSendWindow { get; init; } = 32 * 1024 * 1024;
    /// <summary>Pays for the difference.</summary>
    public WindowBudget Budget { get; init; } = WindowBudget.OfProcess;
    /// <summary>Bytes of early messages kept while an earlier one is missing; beyond it they are dropped, not acknowledged.</summary>
    public int EarlyLimit { get; init; } = 4 * 1024 * 1024;
    public TimeSpan ResendTick { get; init; } = TimeSpan.FromMilliseconds(100);
    public TimeSpan InitialTimeout { get; init; } = TimeSpan.FromMilliseconds(200);
    public TimeSpan MaxTimeout { get; init; } = TimeSpan.FromSeconds(1);
}
