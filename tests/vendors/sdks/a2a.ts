import type { RequestListener } from 'node:http'
import { type AgentCard, type Part, TaskState } from '@a2a-js/sdk'
import {
  AgentEvent,
  type AgentExecutor,
  DefaultRequestHandler,
  InMemoryTaskStore,
} from '@a2a-js/sdk/server'
import { agentCardHandler, restHandler, UserBuilder } from '@a2a-js/sdk/server/express'
import express from 'express'
import { pieces } from '../answer.js'
import { HALF, PIECES, type Space } from './space.js'

/** An agent by the server side of `@a2a-js/sdk`, over HTTP and JSON. Its stream breaks once. */
export function a2aAgent(url: string, space: Space): RequestListener {
  const requestHandler = new DefaultRequestHandler(
    cardOf(url),
    new InMemoryTaskStore(),
    executorOf(space),
  )
  const app = express()
  app.use('/.well-known/agent-card.json', agentCardHandler({ agentCardProvider: requestHandler }))
  app.use(restHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }))
  return app
}

function executorOf(space: Space): AgentExecutor {
  return {
    async execute({ taskId, contextId, userMessage }, bus) {
      const status = (state: TaskState) => ({ state, message: undefined, timestamp: undefined })
      const names = { taskId, contextId, metadata: undefined }
      bus.publish(
        AgentEvent.task({
          id: taskId,
          contextId,
          status: status(TaskState.TASK_STATE_WORKING),
          artifacts: [],
          history: [userMessage],
          metadata: undefined,
        }),
      )
      for (const [n, piece] of pieces(PIECES).entries()) {
        if (n === HALF) {
          await space.untilSignalled()
          space.breakStreams()
          // Somebody has subscribed again.
          await space.untilSignalled()
        }
        const artifact = {
          artifactId: 'text',
          name: '',
          description: '',
          parts: [partOf(piece)],
          metadata: undefined,
          extensions: [],
        }
        const lastChunk = n === PIECES - 1
        bus.publish(AgentEvent.artifactUpdate({ ...names, artifact, append: n > 0, lastChunk }))
      }
      bus.publish(
        AgentEvent.statusUpdate({ ...names, status: status(TaskState.TASK_STATE_COMPLETED) }),
      )
      bus.finished()
    },
    cancelTask: async () => undefined,
  }
}

function partOf(value: string): Part {
  return {
    content: { $case: 'text', value },
    metadata: undefined,
    filename: '',
    mediaType: 'text/plain',
  }
}

function cardOf(url: string): AgentCard {
  return {
    name: 'Writer',
    description: 'Writes a text',
    supportedInterfaces: [
      { url, protocolBinding: 'HTTP+JSON', tenant: '', protocolVersion: '1.0' },
    ],
    provider: undefined,
    version: '1',
    capabilities: { streaming: true, extensions: [] },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [],
    signatures: [],
  }
}
