using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.Audit;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;
using Postern.Server.Audit;
using Postern.Tests.Api;
using Postern.Tests.DataStream;
using Postern.Tests.Gateway;
using Postern.Tests.Support;

namespace Postern.Tests.Audit;

/// <summary>What calls to a real gateway leave in its log, and what they must not.</summary>
public sealed class RecordedCallTests : IAsyncLifetime
{
    private ServerHost _host = null!;
    private ApiPrincipals _principals = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync(options => options with { LogLevel = Microsoft.Extensions.Logging.LogLevel.Error });
        _principals = new ApiPrincipals(_host);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_denied_call_is_in_the_log_when_it_is_answered()
    {
        var (_, keys) = await _principals.AddUserAsync("anna");
        await Assert.ThrowsAsync<AwsErrorException>(() => _host.CreateApiClient(() => keys).CallAsync(SsmOperations.StartSession, new StartSessionRequest
        {
            Target = "mi-0123456789abcdef0",
            DocumentName = "AWS-StartInteractiveCommand",
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["command"] = ["echo hunter2"] },
        }, Cancel));
        var record = Json(await LastAsync("StartSession"));
        Assert.Equal(("anna", keys.AccessKeyId, "127.0.0.1", "AccessDeniedException"), (record.GetProperty("userIdentity").GetProperty("userName").GetString(),
            record.GetProperty("userIdentity").GetProperty("accessKeyId").GetString(), record.GetProperty("sourceIPAddress").GetString(), record.GetProperty("errorCode").GetString()));
        Assert.Equal("""{"target":"mi-0123456789abcdef0","documentName":"AWS-StartInteractiveCommand","parameters":{}}""", record.GetProperty("requestParameters").GetRawText());
        Assert.Equal(("ssm:StartSession", "denied"), (Detail(record, "action"), Detail(record, "decision")));
        var touched = record.GetProperty("additionalEventData").GetProperty("touched");
        Assert.Equal("""["arn:aws:ssm:us-east-1::document/AWS-StartInteractiveCommand"]""", touched[1].GetProperty("names").GetRawText());
        Assert.Equal("InteractiveCommands", touched[1].GetProperty("keys").GetProperty("postern:SessionType")[0].GetString());
        Assert.Equal("arn:aws:ssm:us-east-1:000000000000:managed-instance/mi-0123456789abcdef0", record.GetProperty("resources")[0].GetProperty("ARN").GetString());
    }

    [Theory]
    [InlineData(null, "hunter2", """{"text":"hunter2","owner":"anna"}""")]
    [InlineData(false, "hunter2", """{"text":"hunter2","textIsSecret":false,"owner":"anna"}""")]
    [InlineData(true, "hunter2", """{"text":"***","textIsSecret":true,"owner":"anna"}""")]
    public async Task What_was_searched_for_is_in_the_log_unless_it_is_a_secret(bool? secret, string text, string recorded)
    {
        await _host.CreateApiClient().CallAsync(PlaybackOperations.SearchRecordings, new SearchRecordingsRequest { Text = text, TextIsSecret = secret, Owner = "anna" }, Cancel);
        Assert.Equal(recorded, Json(await UntilAsync("SearchRecordings")).GetProperty("requestParameters").GetRawText());
    }

    [Fact]
    public async Task A_secret_that_cannot_be_searched_for_is_not_in_the_log_either()
    {
        var text = new string('s', 300);
        var refused = await Assert.ThrowsAsync<AwsErrorException>(() => _host.CreateApiClient().CallAsync(PlaybackOperations.SearchRecordings, new SearchRecordingsRequest { Text = text, TextIsSecret = true }, Cancel));
        Assert.DoesNotContain("sss", refused.Message);
        var record = Json(await UntilAsync("SearchRecordings"));
        Assert.Equal("ValidationException", record.GetProperty("errorCode").GetString());
        Assert.DoesNotContain("sss", record.GetRawText());
    }

    [Fact]
    public async Task The_life_of_a_session_is_in_the_log_with_its_bytes()
    {
        using var node = await FakeNode.RegisterAsync(_host);
        using var control = await node.OpenControlAsync();
        var started = await _host.CreateApiClient().CallAsync(SsmOperations.StartSession, new StartSessionRequest { Target = node.Id, Reason = "test" }, Cancel);
        using (var agent = FakeEnd.Agent(await node.OpenDataAsync(started.SessionId!)))
        using (var client = FakeEnd.Client(await FakeNode.OpenClientAsync(_host, started.StreamUrl!, started.TokenValue!)))
        {
            await client.SendAsync(0, "hello");
            Assert.Equal("in 0", await agent.NextAsync());
            await client.SendAsync(0, "hello"); // a repetition passes and is not counted twice
            Assert.Equal("in 0", await agent.NextAsync());
            await agent.SendAsync(0, "hello yourself");
            Assert.Equal("hello yourself", (await client.ReceiveAsync()).Text);
            await UntilAsync("SessionConnected");
            await node.PostAsync("/"); // nothing
            await _host.CreateApiClient().CallAsync(SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = started.SessionId }, Cancel);
            Assert.Equal("closed", await agent.NextAsync());
        }
        var ended = Json(await UntilAsync("SessionEnded", TimeSpan.FromSeconds(30)));
        Assert.Equal(("5", "14", "Terminated"), (Detail(ended, "bytesToNode"), Detail(ended, "bytesToClient"), Detail(ended, "state")));
        Assert.Contains("Terminated by arn:aws:iam::000000000000:user/admin", Detail(ended, "reason"));
        var start = Json(await LastAsync("StartSession"));
        Assert.Equal($$"""{"sessionId":"{{started.SessionId}}"}""", start.GetProperty("responseElements").GetRawText());
        Assert.StartsWith("statement 1 of arn:aws:iam::aws:policy/AdministratorAccess", Detail(start, "decidedBy"));
    }

    [Fact]
    public async Task A_node_s_polling_is_not_recorded_and_its_refusals_are_so_many_a_minute()
    {
        using var node = await FakeNode.RegisterAsync(_host);
        var keys = _host.Services.GetRequiredService<Postern.Server.Iam.NodeCredentials>().Issue(node.Id, DateTimeOffset.UtcNow);
        var api = _host.CreateApiClient(() => new AwsCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken));
        await api.CallAsync(SsmOperations.ListInstanceAssociations, new ListInstanceAssociationsRequest { InstanceId = node.Id }, Cancel);
        for (var i = 0; i < AuditThrottle.EntriesPerMinute + 20; i++)
            await Assert.ThrowsAsync<AwsErrorException>(() => api.CallAsync(SsmOperations.ListInstanceAssociations, new ListInstanceAssociationsRequest { InstanceId = "mi-00000000000000000" }, Cancel));
        await _host.StopServerAsync();
        await _host.StartAgainAsync();
        var written = (await AllAsync()).Where(entry => entry.EventName == "ListInstanceAssociations").ToList();
        Assert.All(written, entry => Assert.Equal("AccessDeniedException", entry.ErrorCode));
        Assert.Equal(AuditThrottle.EntriesPerMinute, written.Count);
    }

    [Fact]
    public async Task A_wrong_signature_leaves_who_it_claimed_to_be()
    {
        await Assert.ThrowsAsync<AwsErrorException>(() => _host.CreateApiClient(() => _host.Administrator with { SecretAccessKey = "wrong" })
            .CallAsync(SsmOperations.DescribeSessions, new DescribeSessionsRequest { State = "Active" }, Cancel));
        var entry = await UntilAsync("DescribeSessions");
        Assert.Equal(("InvalidSignatureException", _host.Administrator.AccessKeyId, ""), (entry.ErrorCode, entry.AccessKeyId, entry.UserName));
    }

    [Fact]
    public async Task Secrets_are_nowhere_on_disk()
    {
        using var node = await FakeNode.RegisterAsync(_host);
        using var control = await node.OpenControlAsync();
        var api = _host.CreateApiClient();
        var activation = await api.CallAsync(SsmOperations.CreateActivation, new CreateActivationRequest { IamRole = "service-role/nodes" }, Cancel);
        var started = await api.CallAsync(SsmOperations.StartSession, new StartSessionRequest
        {
            Target = node.Id,
            DocumentName = "AWS-StartInteractiveCommand",
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["command"] = ["login --with hunter2-command"] },
        }, Cancel);
        await Assert.ThrowsAsync<AwsErrorException>(() => _host.CreateApiClient(() => null).CallAsync(SsmOperations.RegisterManagedInstance,
            new RegisterManagedInstanceRequest { ActivationId = activation.ActivationId, ActivationCode = "hunter2-activation-cd", Fingerprint = "hunter2-fingerprint", PublicKey = "AAAA", PublicKeyType = "Rsa" }, Cancel));
        var resumed = await api.CallAsync(SsmOperations.ResumeSession, new ResumeSessionRequest { SessionId = started.SessionId }, Cancel);
        string[] secrets = [_host.Administrator.SecretAccessKey, activation.ActivationCode!, started.TokenValue!, resumed.TokenValue!, "hunter2"];
        await _host.StopServerAsync();
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(_host.DataFolder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "admin.env"))
        {
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancel));
            found.AddRange(secrets.Where(secret => text.Contains(secret, StringComparison.Ordinal)).Select(secret => $"{Path.GetFileName(file)} holds {secret}"));
        }
        Assert.Empty(found);
        await _host.StartAgainAsync();
        Assert.Contains(await AllAsync(), entry => entry.EventName == "CreateActivation" && entry.Record.Contains(activation.ActivationId!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lookups_find_calls_by_each_attribute_and_page_newest_first()
    {
        var api = _host.CreateApiClient();
        var (_, keys) = await _principals.AddUserAsync("anna");
        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAsync<AwsErrorException>(() => _host.CreateApiClient(() => keys).CallAsync(SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = $"anna-{i}" }, Cancel));
        foreach (var (key, value) in new[] { ("EventName", "TerminateSession"), ("Username", "anna"), ("AccessKeyId", keys.AccessKeyId) })
            Assert.Equal(3, (await LookupAsync(key, value)).Count);
        Assert.Equal("TerminateSession", Assert.Single(await LookupAsync("ResourceName", "anna-1")).EventName);
        Assert.Single(await LookupAsync("ResourceName", "arn:aws:ssm:us-east-1:000000000000:session/anna-1"));
        Assert.Empty(await LookupAsync("ResourceName", "anna-_"));
        Assert.Equal(3, (await LookupAsync("ResourceType", "AWS::SSM::Session")).Count);
        Assert.All(await LookupAsync("ReadOnly", "false"), found => Assert.Equal("false", found.ReadOnly));
        var one = (await LookupAsync("Username", "anna"))[1];
        Assert.Equal(one.Record, Assert.Single(await LookupAsync("EventId", one.EventId!)).Record);
        Assert.Equal("1.11", Json(one.Record!).GetProperty("eventVersion").GetString());

        var first = await api.CallAsync(CloudTrailOperations.LookupEvents, Request("Username", "anna") with { MaxResults = 2 }, Cancel);
        var second = await api.CallAsync(CloudTrailOperations.LookupEvents, Request("Username", "anna") with { MaxResults = 2, NextToken = first.NextToken }, Cancel);
        Assert.Equal((2, 1, null), (first.Events!.Count, second.Events!.Count, second.NextToken));
        Assert.Equal(["anna-2", "anna-1", "anna-0"], first.Events.Concat(second.Events).Select(found => found.Resources![0].ResourceName!.Split('/')[1]));
        var wrong = await Assert.ThrowsAsync<AwsErrorException>(() => api.CallAsync(CloudTrailOperations.LookupEvents, Request("Username", "ben") with { NextToken = first.NextToken }, Cancel));
        Assert.Equal("InvalidNextTokenException", wrong.Code);

        async Task<IReadOnlyList<CloudTrailEvent>> LookupAsync(string key, string value) => (await api.CallAsync(CloudTrailOperations.LookupEvents, Request(key, value), Cancel)).Events!;
    }

    [Fact]
    public async Task An_export_is_the_chain()
    {
        var api = _host.CreateApiClient();
        for (var i = 0; i < 7; i++)
            await Assert.ThrowsAsync<AwsErrorException>(() => api.CallAsync(SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = $"x-{i}" }, Cancel));
        var verifier = new AuditVerifier(null, AuditChain.KeysFrom(await File.ReadAllBytesAsync(Path.Combine(_host.DataFolder, "master.key"), Cancel)));
        ExportAuditLogResponse page;
        do
        {
            page = await api.CallAsync(CloudTrailOperations.ExportAuditLog, new ExportAuditLogRequest { After = verifier.Last.Sequence, MaxResults = 3 }, Cancel);
            foreach (var line in page.Entries!)
                Assert.Null(verifier.Add(AuditLine.Read(line).Entry!));
        }
        while (page.Entries!.Count == 3);
        Assert.Null(verifier.Finish(AuditLine.Read(page.Head!).Mark));
        Assert.True(verifier.Count >= 7);
    }

    private static LookupEventsRequest Request(string key, string value) => new() { LookupAttributes = [new LookupAttribute { AttributeKey = key, AttributeValue = value }] };

    private Task<IReadOnlyList<AuditEntry>> AllAsync() => _host.Services.GetRequiredService<AuditStore>().PageAsync(0, 10_000, Cancel);

    private async Task<AuditEntry> LastAsync(string name) => (await AllAsync()).Last(entry => entry.EventName == name);

    private async Task<AuditEntry> UntilAsync(string name, TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? Deadline.Time);
        while (true)
        {
            if ((await AllAsync()).LastOrDefault(entry => entry.EventName == name) is { } found)
                return found;
            await Task.Delay(10, deadline.Token); // written after the answer
        }
    }

    private static JsonElement Json(AuditEntry entry) => Json(entry.Record);

    private static JsonElement Json(string record) => JsonDocument.Parse(record).RootElement;

    private static string? Detail(JsonElement record, string name) => record.GetProperty("additionalEventData").TryGetProperty(name, out var value) ? value.GetString() : null;
}
