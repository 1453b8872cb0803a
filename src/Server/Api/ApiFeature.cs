using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Api;

internal static class ApiFeature
{
    public static IServiceCollection AddApi(this IServiceCollection services) => services
        .AddSingleton<OperationRegistry>()
        .AddSingleton<CallRecorder>()
        .AddSingleton<ApiEndpoint>();

    /// <summary>"/" with every method, and a plain refusal for every path that no feature maps.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        routes.Map("/", routes.ServiceProvider.GetRequiredService<ApiEndpoint>().HandleAsync);
        routes.MapFallback("{**path}", (HttpContext http) => ErrorResponse.WriteJsonAsync(http, new AwsErrorException(
            "UnknownOperationException", "There is nothing at this path.", StatusCodes.Status404NotFound)));
    }
}
