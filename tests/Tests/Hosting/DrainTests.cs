using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Postern.Server.Hosting;
using Postern.Server.Iam;
using Postern.Tests.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Hosting;

public sealed class DrainTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_under_way_is_finished_before_the_gateway_stops()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await ServerHost.StartAsync(replace: services => services.AddSingleton<FindNode>(async (_, _) =>
        {
            entered.SetResult();
            await release.Task;
            return null;
        }));
        using var key = RSA.Create(2048);
        var answer = new ApiCall { NodeKey = key, NodeId = "mi-0123456789abcdef0" }.SendAsync(host);
        await entered.Task.WaitAsync(Cancel);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(told.SetResult);
        var stopped = host.StopServerAsync();
        await told.Task.WaitAsync(Cancel);
        release.SetResult();
        Assert.Equal("AccessDeniedException", (await answer).Error.Code);
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
        Assert.Contains("InternalServerError", Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray()));
    }
}
