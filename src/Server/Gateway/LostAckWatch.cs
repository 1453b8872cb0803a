namespace Postern.Server.Gateway;

/// <summary>
/// Finds acknowledgements that an earlier process of the gateway took with it. A receiver reads its socket in order: when it
/// acknowledged a message that was put on the same socket after a repeated one, and not the repeated one, then it had that already
/// (stock clients acknowledge nothing twice). One direction; reset when the receiver's socket changes.
/// </summary>
internal sealed class LostAckWatch
{
    private const long None = -1;
    private readonly Lock _lock = new();
    private long _highest = None, _suspect = None, _witness = None;

    /// <summary>A message was put on the receiver's socket.</summary>
    public void Sent(long number)
    {
        lock (_lock)
        {
            if (number > _highest)
            {
                _highest = number;
                if (_suspect != None && _witness == None)
                    _witness = number;
            }
            else if (_suspect != number)
            {
                (_suspect, _witness) = (number, None);
            }
        }
    }

    /// <summary>The receiver acknowledged a message. True when that shows that <paramref name="alsoReceived"/> had been received too.</summary>
    public bool Acknowledged(long number, out long alsoReceived)
    {
        lock (_lock)
        {
            alsoReceived = _suspect;
            var shown = _suspect != None && number != _suspect && _witness != None && number >= _witness;
            if (shown || number == _suspect)
                (_suspect, _witness) = (None, None);
            return shown;
        }
    }

    public void Reset()
    {
        lock (_lock)
            (_suspect, _witness) = (None, None);
    }
}
