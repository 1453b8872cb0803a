using Postern.Protocol.Messages;
using Postern.Server.Sessions;

namespace Postern.Server.Gateway;

internal sealed partial class SessionRelay
{
    private async Task EndAgentAsync(SessionEnd end)
    {
        if (_toAgent.Socket is not { } socket)
            return;
        if (end.TellAgent)
            await _toAgent.SendAsync(FrameKind.ChannelClosed, 0, MessageFactory.ChannelClosed(SessionId, NodeId, "", _time), _stop.Token);
        // Without being told it has ended of itself, and its last output may still be on the way.
        await WaitAsync(socket.Finished, end.TellAgent ? _options.CloseWait : _options.LastOutput);
        socket.Abort("The session is over.");
    }

    private async Task EndClientAsync(SessionEnd end)
    {
        if (!end.TellAgent && _toAgent.Socket is { } agent)
            await WaitAsync(agent.Finished, _options.LastOutput);
        _gate.Close();
        await _toClient.SendAsync(FrameKind.ChannelClosed, 0, MessageFactory.ChannelClosed(SessionId, NodeId, end.Output, _time), _stop.Token);
        _toClient.Wake();
        // A client that was here and left gets no other token; one that has not come yet still has its first.
        if (_toClient.Socket is null && Volatile.Read(ref _clientCame))
            return;
        await WaitAsync(_toClient.FinalSent, _toClient.Socket is null ? _options.LateClient : _options.LongestHold + _options.CloseWait);
        // Closing first could discard what the client has not read; and one that is cut off would come back at once.
        if (_toClient.FinalSent.IsCompleted && _toClient.Socket is { } socket)
            await WaitAsync(socket.Finished, _options.CloseWait);
    }

    private async Task WaitAsync(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit, _time, _stop.Token);
        }
        catch (TimeoutException)
        {
            return; // the limit is the answer
        }
    }
}
