using Microsoft.AspNetCore.Http;
using System.Net;
using Postern.Server.Hosting;
using Postern.Tests.Support;

namespace Postern.Tests.Hosting;

public sealed class DrainTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_under_way_is_finished_before_the_gateway_stops()
    {
        await using var host = await ServerHost.StartAsync();
        using var body = new HeldContent();
        var answer = host.Http.PostAsync(host.Endpoint, body, Cancel);
        await body.Sending.Task.WaitAsync(Cancel);
        var stopping = host.Services.GetService(typeof(Microsoft.Extensions.Hosting.IHostApplicationLifetime)) as Microsoft.Extensions.Hosting.IHostApplicationLifetime;
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = stopping!.ApplicationStopping.Register(told.SetResult);
        var stopped = host.StopServerAsync();
        await told.Task.WaitAsync(Cancel);
        body.Release.SetResult();
        Assert.Equal(HttpStatusCode.BadRequest, (await answer).StatusCode);
        await stopped.WaitAsync(Cancel);
        await Assert.ThrowsAsync<HttpRequestException>(() => host.Http.GetAsync(host.Endpoint, Cancel));
        await host.StartAgainAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Before_ready_and_after_the_end_the_answer_is_503(bool ended)
    {
        var readiness = new Readiness();
        if (ended)
        {
            readiness.Begin();
            readiness.End();
        }
        var http = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        await readiness.HandleAsync(http, _ => throw new InvalidOperationException("must not be reached"));
        Assert.Equal(503, http.Response.StatusCode);
        Assert.Contains("InternalServerError", System.Text.Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray()));
    }

    /// <summary>A body whose end waits until it is told.</summary>
    private sealed class HeldContent : HttpContent
    {
        public TaskCompletionSource Sending { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HeldContent() => Headers.ContentType = new("application/x-www-form-urlencoded");

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("Action="u8.ToArray());
            await stream.FlushAsync();
            Sending.SetResult();
            await Release.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
