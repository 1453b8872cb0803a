namespace Postern.Server.Api;

internal static class ApiFeature
{
    public static IServiceCollection AddApi(this IServiceCollection services) => services.AddSingleton<OperationRegistry>();
}
