/**
 * Tickets in and out, on PostgreSQL or Redis, behind one URL. This is the only room that knows BullMQ. It carries ids,
 * addresses and deadlines, and must never carry anything that opens an edit: no bytes, no keys, no error texts.
 */
export type { QueueConnection } from './connection.js';
export { queueName, queueSchema } from './queue-name.js';
export { prepareQueueSchema } from './queue-schema.js';
export { type ConsumerOptions, consumeTickets, type TicketConsumer } from './ticket-consumer.js';
export { TicketQueue, type TicketQueueOptions } from './ticket-queue.js';
