namespace Postern.Server.Sessions;

internal sealed partial class LiveSession
{
    private long _bytesToNode, _bytesToClient;

    /// <summary>Stream data that has passed since this gateway looks after the session, bytes, repetitions not counted.</summary>
    public (long ToNode, long ToClient) Traffic => (Interlocked.Read(ref _bytesToNode), Interlocked.Read(ref _bytesToClient));

    /// <summary>Stream data passed for the first time.</summary>
    public void Passed(SessionSide from, int bytes)
    {
        if (from == SessionSide.Client)
            Interlocked.Add(ref _bytesToNode, bytes);
        else
            Interlocked.Add(ref _bytesToClient, bytes);
    }
}
