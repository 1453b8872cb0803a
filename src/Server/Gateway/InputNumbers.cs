using System.Buffers.Binary;
using Postern.Protocol.Messages;

namespace Postern.Server.Gateway;

/// <summary>
/// Gives a message that AWS's plugin numbered twice a number of its own. The plugin sends keys, window sizes, signals and its last flag from
/// several threads and does not lock their counter: two messages bear one number, and the next number is never used. The agent would take the
/// second for a repetition and wait for the number left out for ever. That number is the next one nobody used: the second message gets it, and
/// the plugin, which entered the message in its list under just that number, finds the acknowledgement as it comes.
/// <para>A repetition has the identity or the content of what bore its number; other clients give repetitions new identities.</para>
/// </summary>
internal sealed class InputNumbers
{
    /// <summary>Messages that are remembered: a thread of the plugin that was interrupted between taking a number and sending is that much late.</summary>
    public const int Window = 32;
    /// <summary>Messages with a new number that are remembered, for they may be sent again under the old one.</summary>
    public const int MaxMoved = 16;

    private readonly record struct Seen(long Number, Guid Id, PayloadType Type, long Digest);

    private readonly Lock _lock = new();
    private readonly Seen[] _seen = new Seen[Window];
    private (Guid Id, long Number)[]? _moved;
    private int _nextMoved;
    private long _highest = -1;

    public InputNumbers() => Forget();

    /// <summary>The client has a new socket: it may be another process, which numbers from the beginning. What was moved stays so.</summary>
    public void Forget()
    {
        lock (_lock)
            Array.Fill(_seen, new Seen(-1, default, default, 0));
    }

    /// <summary>The number under which a message goes on: its own, but for the second one with the same.</summary>
    /// <param name="header">Of the message; its number is not negative.</param>
    /// <param name="frame">Header and payload.</param>
    public long NumberOf(in AgentMessageHeader header, ReadOnlySpan<byte> frame)
    {
        var message = new Seen(header.SequenceNumber, header.MessageId, header.PayloadType, BinaryPrimitives.ReadInt64BigEndian(AgentMessageCodec.DigestOf(frame)));
        lock (_lock)
        {
            if (FindMoved(message.Id) is { } known)
                return known;
            if (message.Number > _highest)
                return Enter(message);
            var before = _seen[message.Number % Window];
            if (_highest == long.MaxValue || before.Number != message.Number || before.Id == message.Id || (before.Type == message.Type && before.Digest == message.Digest))
                return message.Number;
            _moved ??= new (Guid, long)[MaxMoved];
            _moved[_nextMoved++ % MaxMoved] = (message.Id, _highest + 1);
            return Enter(message with { Number = _highest + 1 });
        }
    }

    private long Enter(in Seen message)
    {
        _seen[message.Number % Window] = message;
        return _highest = message.Number;
    }

    private long? FindMoved(Guid id)
    {
        foreach (var moved in _moved ?? [])
        {
            if (moved.Id == id)
                return moved.Number;
        }
        return null;
    }
}
