using System.Text;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;
using Postern.Protocol.Recordings;
using Postern.Tests.Gateway;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Reading;

/// <summary>A shell through a real gateway, whose ends say what a test wants.</summary>
internal sealed class RecordedShell : IDisposable
{
    private long _typed, _shown;

    private RecordedShell(string id, FakeNode node, FakeEnd control, FakeEnd agent, FakeEnd client) => (Id, Node, Control, Agent, Client) = (id, node, control, agent, client);

    public string Id { get; }
    public FakeNode Node { get; }
    public FakeEnd Control { get; }
    public FakeEnd Agent { get; }
    public FakeEnd Client { get; }

    public static async Task<RecordedShell> StartAsync(ServerHost host, AwsJsonClient? person = null)
    {
        var node = await FakeNode.RegisterAsync(host);
        var control = await node.OpenControlAsync();
        var started = await (person ?? host.CreateApiClient()).CallAsync(SsmOperations.StartSession, new StartSessionRequest { Target = node.Id }, TestContext.Current.CancellationToken);
        return new RecordedShell(started.SessionId!, node, control, FakeEnd.Agent(await node.OpenDataAsync(started.SessionId!)),
            FakeEnd.Client(await FakeNode.OpenClientAsync(host, started.StreamUrl!, started.TokenValue!)));
    }

    public Task ResizeAsync(int columns, int rows) => PassAsync(Client, Agent, _typed++, $$"""{"cols":{{columns}},"rows":{{rows}}}""", PayloadType.Size);

    public Task TypeAsync(string text) => PassAsync(Client, Agent, _typed++, text, PayloadType.Output);

    public Task ShowAsync(string text) => PassAsync(Agent, Client, _shown++, text, PayloadType.Output);

    public async Task EndAsync(ServerHost host)
    {
        await host.CreateApiClient().CallAsync(SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = Id }, TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<Server.Sessions.LiveSessions>().Find(Id)!.PostAsync(new Server.Sessions.SessionEvent.TaskCompleted(true, ""), TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        Agent.Dispose();
        Client.Dispose();
        Control.Dispose();
        Node.Dispose();
    }

    /// <summary>"o:text" and so on.</summary>
    public static List<string> Lines(byte[]? data)
    {
        var lines = new List<string>();
        var events = new EventReader(default, data ?? []);
        while (events.MoveNext())
            lines.Add($"{(char)events.Current.Kind}:{Encoding.UTF8.GetString(events.Current.Body)}");
        return lines;
    }

    private static async Task PassAsync(FakeEnd from, FakeEnd to, long sequence, string text, PayloadType type)
    {
        await from.SendAsync(sequence, text, type);
        while ((await to.ReceiveAsync()) is { } frame && (frame.Sequence != sequence || frame.Type is AgentMessageType.Acknowledge))
        {
            // something else on the way
        }
    }
}
