using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Postern.Server.Documents;
using Postern.Server.Logs;
using Postern.Server.Recordings;
using Postern.Server.Recordings.Delivery;
using Postern.Server.Storage;
using Postern.Tests.Recordings.Reading;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Delivery;

/// <summary>Deliveries of a real gateway.</summary>
public sealed class DeliveryWorkerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bucket_that_never_answers_holds_up_no_log_group()
    {
        using var hole = new TcpListener(IPAddress.Loopback, 0);
        hole.Start();
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["credentials"], "[default]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n", Cancel);
        await using var host = await ServerHost.StartAsync(options => options with { S3Endpoint = new Uri($"http://{hole.LocalEndpoint}/"), AwsCredentials = folder["credentials"] });
        var (store, recorder, logs) = (host.Services.GetRequiredService<DeliveryStore>(), host.Services.GetRequiredService<Recorder>(), host.Services.GetRequiredService<LogStore>());

        using var ended = await RecordedShell.StartAsync(host);
        await ended.ShowAsync("over\r\n");
        await ended.EndAsync(host);
        await UntilAsync(async () => (await host.Services.GetRequiredService<RecordingStore>().FindAsync(ended.Id, Cancel))?.State == RecordingRow.Complete);
        await store.AddAsync(ended.Id, DeliveryRow.S3, recorder.GatewayName, new SessionDelivery { Bucket = "archive" }.ToJson(), Cancel);
        using var swallowed = await hole.AcceptTcpClientAsync(Cancel).AsTask().WaitAsync(Deadline, Cancel);

        using var live = await RecordedShell.StartAsync(host);
        await store.AddAsync(live.Id, DeliveryRow.Logs, recorder.GatewayName, new SessionDelivery { LogGroup = "/sessions", Streaming = true }.ToJson(), Cancel);
        await live.ShowAsync("still going out\r\n");
        await UntilAsync(async () => (await logs.FindEventsAsync(new SqlConditions(), newestFirst: false, 10, 10_000, Cancel)).Rows.Any(line => line.Message.Contains("still going out")));
        Assert.Null(Assert.Single(await store.ListAsync(ended.Id, Cancel)).Error); // the bucket is waited for all that time
    }

    private static async Task UntilAsync(Func<Task<bool>> reached)
    {
        for (var start = TimeProvider.System.GetTimestamp(); !await reached(); await Task.Delay(50, Cancel))
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, "it did not happen in time");
    }
}
