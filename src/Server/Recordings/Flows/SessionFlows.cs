using System.Text;
using System.Text.Json;
using Postern.Protocol.Messages;
using Postern.Protocol.Recordings;
using Postern.Server.Recordings.Statements;
using Postern.Server.Sessions;

namespace Postern.Server.Recordings.Flows;

/// <summary>
/// Reads along a port session: which connections were opened and closed, and how much passed; what is said in those that speak to a database in clear, too. From a
/// copy of nothing: bytes are read where they are, and nothing here can keep them from passing. Under the recording's lock.
/// </summary>
/// <param name="session">Of type Port.</param>
/// <param name="add">Takes the events.</param>
/// <param name="numbered">Connections that the recording knows already.</param>
internal sealed class SessionFlows(SessionRow session, Action<RecordingEventKind, ReadOnlySpan<byte>> add, long numbered)
{
    /// <summary>Connections that are followed at a time; Postern's ends open no more. Of a further one it is said that it is not followed.</summary>
    public const int MaxFlows = 4096;
    private const uint Single = 0;
    private static readonly string NotFollowed = $"{MaxFlows} connections are open in this session: of this one nothing more is recorded.";

    private readonly Dictionary<uint, Flow> _flows = [];
    private readonly MuxFrameReader _fromClient = new(), _fromAgent = new();
    private readonly Backends _backends = new();
    private readonly StatementBudget _budget = StatementBudget.OfSession();
    private bool? _multiplexed = session.IsMultiplexed ? null : false;
    private bool _found;
    private long _numbers = numbered;

    /// <summary>Connections that are open, as far as is known.</summary>
    public int Count => _flows.Count;

    /// <summary>An Output payload passed.</summary>
    public void Pass(SessionSide side, ReadOnlySpan<byte> bytes, long time)
    {
        if (bytes.IsEmpty)
            return;
        var fromClient = side == SessionSide.Client;
        // Old versions of either end decide against the multiplexer, whatever the document says.
        _multiplexed ??= MuxFrameReader.IsPlausible(bytes);
        if (_multiplexed.Value)
            Read(fromClient, fromClient ? _fromClient : _fromAgent, bytes, time);
        else
            (_flows.GetValueOrDefault(Single) ?? Open(Single, time))?.Pass(fromClient, bytes, time);
    }

    /// <summary>A flag of the client passed.</summary>
    public void Flag(ReadOnlySpan<byte> payload, long time)
    {
        if (_multiplexed == false && payload.SequenceEqual(Disconnect))
            Close(Single, time, "The person's program closed it.");
    }

    /// <summary>Messages are missing: where frames begin is not known any more.</summary>
    public void Gap(long time, string why)
    {
        foreach (var flow in _flows.Values)
            flow.Statements?.Gap(time);
        if (_multiplexed == false)
            return;
        // The frames of either direction may be cut anywhere; what is open turns up again when something passes in it.
        CloseAll(time, why);
        _multiplexed = _found = true;
        _fromClient.Lose();
        _fromAgent.Lose();
    }

    /// <summary>About twice a second.</summary>
    public void Tick(long time)
    {
        foreach (var flow in _flows.Values)
            flow.Statements?.Tick(time);
    }

    public void CloseAll(long time, string reason)
    {
        foreach (var stream in _flows.Keys.ToList())
            Close(stream, time, reason);
    }

    private static ReadOnlySpan<byte> Disconnect => [0, 0, 0, (byte)PayloadFlag.DisconnectToPort];

    private void Read(bool fromClient, MuxFrameReader reader, ReadOnlySpan<byte> bytes, long time)
    {
        while (reader.TryRead(ref bytes, out var piece, out var body))
        {
            switch (piece.Command)
            {
                case MuxFrameReader.Open:
                    Open(piece.Stream, time);
                    break;
                case MuxFrameReader.Data:
                    (_flows.GetValueOrDefault(piece.Stream) ?? Find(piece.Stream, time))?.Pass(fromClient, body, time);
                    break;
                case MuxFrameReader.Finish:
                    Finish(fromClient, piece.Stream, time);
                    break;
                case MuxFrameReader.Reset:
                    Close(piece.Stream, time, Encoding.UTF8.GetString(body));
                    break;
            }
        }
        if (reader.IsBroken)
            Gap(time, "What passed was no multiplexer's, and is looked through for the next frame.");
    }

    private Flow? Open(uint stream, long time, bool found = false)
    {
        if (_flows.ContainsKey(stream))
            return null;
        if (_flows.Count >= MaxFlows && !MakeRoom(time))
        {
            if (!found) // it shows itself by each of its messages
                AddOpened(++_numbers, NotFollowed);
            return null;
        }
        var number = ++_numbers;
        var flow = new Flow(number, time) { Statements = found || session.IsSingleConnection ? null : new StatementDecoder(number, Destination, _backends, time, record => add(RecordingEventKind.Statement, record.ToJson()), _budget) };
        _flows.Add(stream, flow);
        AddOpened(number, found ? "It was open before; what passed until now is not counted." : null);
        return flow;
    }

    /// <summary>After a gap a connection shows itself by its data.</summary>
    private Flow? Find(uint stream, long time) => _found ? Open(stream, time, found: true) : null;

    private string Destination => $"{session.RemoteHost}:{session.RemotePort}";

    private void Finish(bool fromClient, uint stream, long time)
    {
        if (!_flows.TryGetValue(stream, out var flow))
            return;
        flow.ClientFinished |= fromClient;
        flow.NodeFinished |= !fromClient;
        if (flow is { ClientFinished: true, NodeFinished: true })
            Close(stream, time, "");
    }

    /// <summary>Stock ends may leave a connection that one of them has closed.</summary>
    private bool MakeRoom(long time)
    {
        foreach (var (stream, flow) in _flows)
        {
            if (!flow.ClientFinished && !flow.NodeFinished)
                continue;
            Close(stream, time, "");
            return true;
        }
        return false;
    }

    private void Close(uint stream, long time, string reason)
    {
        if (!_flows.Remove(stream, out var flow))
            return;
        flow.Statements?.Closed(time);
        Add(new RecordingFlow
        {
            Event = RecordingFlow.Closed,
            Connection = flow.Number,
            Host = session.RemoteHost,
            Port = (int?)session.RemotePort,
            Lasted = time - flow.Opened,
            ToNode = flow.ToNode,
            ToClient = flow.ToClient,
            Reason = reason.Length == 0 ? null : NodeText.Details(reason),
        });
    }

    private void AddOpened(long number, string? reason)
        => Add(new RecordingFlow { Event = RecordingFlow.Opened, Connection = number, Host = session.RemoteHost, Port = (int?)session.RemotePort, Reason = reason });

    private void Add(RecordingFlow flow) => add(RecordingEventKind.Flow, JsonSerializer.SerializeToUtf8Bytes(flow, RecordingsJsonContext.Default.RecordingFlow));
}
